// Mails for load: as many as wanted, the same bytes for the same number, each with a Message-ID of its own.
#pragma once

#include <string>

namespace poller::support {

/// A mail with CRLF lines of some hundred bytes to some kilobytes, of changing kinds: plain, HTML, attachments, UTF-8.
/// Every fifth answers the one before it.
std::string make_mail(int number);
std::string message_id_of(int number);  // without angle brackets

/// A mail of at least `size` bytes, most of them an attachment.
std::string make_large_mail(int number, std::size_t size);

}  // namespace poller::support
