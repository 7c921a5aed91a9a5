// Unstructured header values and their encoded words (RFC 2047) in all the broken forms that occur.
#pragma once

#include <string>
#include <string_view>

namespace poller {

/// `value` is a raw, unfolded header value. Valid UTF-8, no control characters, blanks trimmed at both ends.
/// `guessed` is set when raw 8-bit bytes or a bad label made us guess. `hint`: a charset the rest of the mail uses,
/// for raw 8-bit bytes.
std::string decode_words(std::string_view value, bool* guessed = nullptr, std::string_view hint = {});

/// The length of the encoded word that starts at `pos` ("=?charset?Q?text?="), or 0. What looks like one but has no end
/// reaches to the end of the value.
std::size_t encoded_word_length(std::string_view value, std::size_t pos) noexcept;

}  // namespace poller
