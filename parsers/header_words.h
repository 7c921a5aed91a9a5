// Unstructured header values and their encoded words (RFC 2047) in all the broken forms that occur.
#pragma once

#include <string>
#include <string_view>

namespace poller {

/// `value` is a raw, unfolded header value. Valid UTF-8, no control characters, blanks trimmed at both ends.
/// `guessed` is set when raw 8-bit bytes or a bad label made us guess.
std::string decode_words(std::string_view value, bool* guessed = nullptr);

}  // namespace poller
