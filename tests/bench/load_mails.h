// The load of the measurements: help-desk mail in the sizes that a mailbox has. The same bytes for the same number.
#pragma once

#include <string>

namespace poller::bench {

/// 60 % about 4 KB of text, 30 % about 40 KB of HTML and text, 8 % about 300 KB and 2 % about 3 MB with attachments
/// that do not compress, in mixed order: 10,000 of them are near 988 MB. One mail in three answers one of the few
/// hundred before it. CRLF lines.
std::string load_mail(int number);

/// About 4 KB of text with `bytes` of attachment, base64 lines included.
std::string mail_of_size(int number, std::size_t bytes);

}  // namespace poller::bench
