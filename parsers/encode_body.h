// Bodies as they go on the wire: CRLF line ends, lines within their limits, no bare CR or LF (RFC 2045, 3676).
#pragma once

#include <string>
#include <string_view>

namespace poller {

/// Every line end (CRLF, LF, CR) as CRLF, one at the end, other control characters but TAB gone; valid UTF-8.
std::string canonical_text(std::string_view text);

/// format=flowed with DelSp=no: paragraphs as lines of at most 76 octets where they have blanks. `text` is canonical.
std::string flow(std::string_view text);

/// quoted-printable, lines of at most 76 octets; CRLF of `text` are line ends.
std::string encode_quoted_printable(std::string_view text);

/// base64 in lines of 76, CRLF at the end of each.
std::string encode_base64_lines(std::string_view bytes);

/// Whether `text` (canonical) can go as 7bit: ASCII, lines up to 78 octets.
bool fits_7bit(std::string_view text) noexcept;

}  // namespace poller
