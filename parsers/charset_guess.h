// Which charset bytes are in when nobody says, or what is said cannot be.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "parsers/charset.h"

namespace poller {

/// Of the first 16 KB, counted from where such a byte occurs.
struct ByteStatistics {
  std::size_t high = 0;     // 0x80 and above
  std::size_t letters = 0;  // ASCII letters; not counted where high is 0
};

ByteStatistics count_bytes(std::string_view bytes) noexcept;

/// "utf-16le" or "utf-16be" when a byte order mark or (`expected`: the label says UTF-16) the zero bytes say so.
std::string utf16_by_evidence(std::string_view bytes, bool expected);

/// Whether a shift to a Japanese character set (ISO-2022-JP, RFC 1468) occurs.
bool has_japanese_escapes(std::string_view bytes) noexcept;

/// UTF-8 but for a few bytes, and that although nobody says so.
bool is_mostly_utf8(std::string_view bytes) noexcept;

/// Whether what is labelled UTF-8 can be meant so: characters that were cut, stray bytes among real ones. Not where no
/// character is whole: Western text in single bytes has no sequences.
bool may_be_utf8(std::string_view bytes) noexcept;

/// Always a charset that to_utf8 can read. Strict UTF-8 first, then the hint, a <meta> of HTML, ICU's detector where
/// there is enough to go by, else windows-1252.
std::string guess_charset(std::string_view bytes, const ByteStatistics& statistics, CharsetContext context,
                          std::string_view hint);

}  // namespace poller
