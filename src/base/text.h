// Small ASCII and UTF-8 helpers that every room needs. No locale is ever consulted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poller::text {

constexpr bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_alnum(char c) noexcept { return is_digit(c) || is_alpha(c); }
constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr char upper(char c) noexcept { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

std::string to_lower(std::string_view s);
std::string_view trim(std::string_view s) noexcept;
/// Of two of the same length.
bool has_same_letters(std::string_view a, std::string_view b) noexcept;
inline bool iequals(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && has_same_letters(a, b);
}
bool istarts_with(std::string_view s, std::string_view prefix) noexcept;
bool iends_with(std::string_view s, std::string_view suffix) noexcept;
/// Position of `needle` in `s`, ASCII case ignored, or npos.
std::size_t ifind(std::string_view s, std::string_view needle, std::size_t from = 0) noexcept;
inline bool icontains(std::string_view s, std::string_view needle) noexcept {
  return ifind(s, needle) != std::string_view::npos;
}
/// Every piece between separators, empty ones included.
std::vector<std::string_view> split(std::string_view s, char separator);
/// Digits only, no sign, no blanks, no overflow; false otherwise.
bool parse_uint(std::string_view s, std::uint64_t& value) noexcept;

/// Whether `s` holds no byte above 127.
bool is_ascii(std::string_view s) noexcept;
/// Whether `s` is well-formed UTF-8 (RFC 3629: no surrogates, nothing over U+10FFFF, shortest form).
bool is_utf8(std::string_view s) noexcept;
/// `s` with every ill-formed sequence replaced by U+FFFD.
std::string to_valid_utf8(std::string_view s);
/// Appends one code point; ill-formed ones become U+FFFD.
void append_utf8(std::string& out, char32_t code_point);
/// Reads one code point at `pos` and moves on; what is ill-formed gives U+FFFD, one for each maximal subpart (Unicode
/// section 3.9), as browsers do.
char32_t next_beyond_ascii(std::string_view s, std::size_t& pos) noexcept;
inline char32_t next_code_point(std::string_view s, std::size_t& pos) noexcept {
  if (static_cast<unsigned char>(s[pos]) < 0x80) return static_cast<unsigned char>(s[pos++]);
  return next_beyond_ascii(s, pos);
}
/// Length of the well-formed sequence at `pos`, or 0. For ill-formed ones `subpart` is the length of what could have
/// begun one, at least 1.
std::size_t utf8_sequence(std::string_view s, std::size_t pos, std::size_t& subpart) noexcept;
/// The longest prefix of at most `bytes` bytes that ends between code points.
std::string_view utf8_prefix(std::string_view s, std::size_t bytes) noexcept;

/// `s` as a JSON string with its quotes; ill-formed UTF-8 becomes U+FFFD.
std::string json_string(std::string_view s);
/// Control characters (C0 but not TAB, DEL, C1, bidi controls, U+2028/9) as \n, \xNN or \u{NNNN}: for terminals and
/// logs.
std::string escape_controls(std::string_view s);
/// As escape_controls, but line ends are kept: for texts shown on a terminal.
std::string printable(std::string_view s);

std::string hex(std::string_view bytes);
std::string base64(std::string_view bytes);
std::string base64url(std::string_view bytes);  // without padding
/// Strict decoding of either alphabet, padding optional; false when a character does not belong.
bool base64_decode(std::string_view s, std::string& out);

/// The candidate nearest to `word` by edit distance, or empty when none is near (distance over a third of its length).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace poller::text
