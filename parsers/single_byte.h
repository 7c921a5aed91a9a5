// Single-byte charsets that are read without ICU: the commonest one, for speed, and one that ICU lacks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace poller {

/// Append UTF-8; return how many bytes became U+FFFD.
std::size_t windows_1252_to_utf8(std::string_view bytes, std::string& out);
std::size_t iso_8859_16_to_utf8(std::string_view bytes, std::string& out);

}  // namespace poller
