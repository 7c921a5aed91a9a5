#include <cstdint>
#include <cstring>

#include "base/text.h"

namespace poller::text {
namespace {

// Continuation bytes that a lead byte asks for, and between what bounds the first of them lies (RFC 3629 section 4).
struct LeadByte {
  std::size_t tails = 0;  // 0: no lead byte
  unsigned low = 0x80;
  unsigned high = 0xbf;
};

LeadByte lead_byte(unsigned c) noexcept {
  if (c >= 0xc2 && c <= 0xdf) return {1, 0x80, 0xbf};
  if (c >= 0xe0 && c <= 0xef) return {2, c == 0xe0 ? 0xa0U : 0x80U, c == 0xed ? 0x9fU : 0xbfU};
  if (c >= 0xf0 && c <= 0xf4) return {3, c == 0xf0 ? 0x90U : 0x80U, c == 0xf4 ? 0x8fU : 0xbfU};
  return {};
}

// The first byte at or behind `pos` that is not ASCII; most text has few, so eight are looked at in one go.
std::size_t skip_ascii(std::string_view s, std::size_t pos) noexcept {
  for (std::uint64_t word = 0; pos + sizeof word <= s.size(); pos += sizeof word) {
    std::memcpy(&word, s.data() + pos, sizeof word);
    if ((word & 0x8080808080808080U) != 0) break;
  }
  while (pos < s.size() && static_cast<unsigned char>(s[pos]) < 0x80) ++pos;
  return pos;
}

}  // namespace

std::size_t utf8_sequence(std::string_view s, std::size_t pos, std::size_t& subpart) noexcept {
  const auto byte = [&](std::size_t i) { return pos + i < s.size() ? static_cast<unsigned char>(s[pos + i]) : 0U; };
  subpart = 1;
  const unsigned c = byte(0);
  if (c < 0x80) return 1;
  const LeadByte lead = lead_byte(c);
  for (std::size_t i = 1; i <= lead.tails; ++i, ++subpart) {
    const bool fits = byte(i) >= (i == 1 ? lead.low : 0x80U) && byte(i) <= (i == 1 ? lead.high : 0xbfU);
    if (!fits) return 0;
  }
  return lead.tails == 0 ? 0 : subpart;
}

bool is_ascii(std::string_view s) noexcept { return skip_ascii(s, 0) == s.size(); }

bool is_utf8(std::string_view s) noexcept {
  for (std::size_t pos = skip_ascii(s, 0); pos < s.size(); pos = skip_ascii(s, pos)) {
    std::size_t subpart = 1;
    const std::size_t n = utf8_sequence(s, pos, subpart);
    if (n == 0) return false;
    pos += n;
  }
  return true;
}

char32_t next_beyond_ascii(std::string_view s, std::size_t& pos) noexcept {
  std::size_t subpart = 1;
  const std::size_t n = utf8_sequence(s, pos, subpart);
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(s[pos + i])); };
  char32_t c = 0xfffd;
  switch (n) {
    case 2:
      c = (byte(0) & 0x1f) << 6 | (byte(1) & 0x3f);
      break;
    case 3:
      c = (byte(0) & 0x0f) << 12 | (byte(1) & 0x3f) << 6 | (byte(2) & 0x3f);
      break;
    case 4:
      c = (byte(0) & 0x07) << 18 | (byte(1) & 0x3f) << 12 | (byte(2) & 0x3f) << 6 | (byte(3) & 0x3f);
      break;
    default:
      break;
  }
  pos += n > 0 ? n : subpart;
  return c;
}

void append_utf8(std::string& out, char32_t c) {
  if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) c = 0xfffd;
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

std::string to_valid_utf8(std::string_view s) {
  if (is_utf8(s)) return std::string(s);
  std::string out;
  out.reserve(s.size() + s.size() / 8);
  for (std::size_t pos = 0; pos < s.size();) append_utf8(out, next_code_point(s, pos));
  return out;
}

std::string_view utf8_prefix(std::string_view s, std::size_t bytes) noexcept {
  if (s.size() <= bytes) return s;
  while (bytes > 0 && (static_cast<unsigned char>(s[bytes]) & 0xc0) == 0x80) --bytes;
  return s.substr(0, bytes);
}

}  // namespace poller::text
