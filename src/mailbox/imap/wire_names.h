// Folder names and strings as they are sent: modified UTF-7 (RFC 3501 section 5.1.3), quoted.
#pragma once

#include <string>
#include <string_view>

namespace poller::imap {

/// UTF-8 to modified UTF-7; INBOX in any case becomes INBOX.
std::string encode_folder(std::string_view utf8);
/// The reverse; what is not well-formed stays as it is, made valid UTF-8.
std::string decode_folder(std::string_view name);
/// Whether both name the same folder (both decoded; INBOX in any case).
bool same_folder(std::string_view a, std::string_view b) noexcept;

/// Whether it can stand between quotes: 7-bit, no NUL, CR, LF, and short.
bool is_quotable(std::string_view text) noexcept;
/// `text` between quotes, with the two escapes.
std::string quote(std::string_view text);

}  // namespace poller::imap
