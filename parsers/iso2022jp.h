// ISO-2022-JP with its extensions (RFC 1468, 2237, 1554; Microsoft's cp50220 to cp50222).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace poller {

/// Appends UTF-8; returns how many sequences became U+FFFD. NEC's and IBM's characters, which Windows writes and ICU's
/// own converter refuses, and half-width katakana (by escape, by shift-out, or as 8-bit bytes) are read.
std::size_t iso2022jp_to_utf8(std::string_view bytes, std::string& out);

}  // namespace poller
