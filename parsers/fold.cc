#include "parsers/fold.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace poller {

namespace {

constexpr bool in_range(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

/// Blocks in which capitals and small letters take turns.
constexpr bool alternates(char32_t c) {
  return in_range(c, 0x100, 0x137) || in_range(c, 0x14A, 0x177) || in_range(c, 0x218, 0x233) ||
         in_range(c, 0x460, 0x481) || in_range(c, 0x48A, 0x4BF) || in_range(c, 0x4D0, 0x52F) ||
         in_range(c, 0x1E00, 0x1E95) || in_range(c, 0x1EA0, 0x1EFF);
}

char32_t fold_greek(char32_t c) {
  switch (c) {
    case 0x386:
      return 0x3AC;
    case 0x388:
    case 0x389:
    case 0x38A:
      return c + 37;
    case 0x38C:
      return 0x3CC;
    case 0x38E:
    case 0x38F:
      return c + 63;
    case 0x3C2:  // final sigma
      return 0x3C3;
    default:
      return in_range(c, 0x391, 0x3AB) ? c + 32 : c;
  }
}

}  // namespace

char32_t fold_case(char32_t c) noexcept {
  if (c < 0x80) return in_range(c, 'A', 'Z') ? c + 32 : c;
  if (in_range(c, 0xC0, 0xDE)) return c == 0xD7 ? c : c + 32;
  if (c == 0x130 || c == 0x131) return 'i';
  if (alternates(c)) return c | 1;
  if (in_range(c, 0x139, 0x148) || in_range(c, 0x179, 0x17E)) return (c & 1) != 0 ? c + 1 : c;
  if (in_range(c, 0x386, 0x3CE)) return fold_greek(c);
  if (in_range(c, 0x400, 0x40F)) return c + 80;
  if (in_range(c, 0x410, 0x42F)) return c + 32;
  if (in_range(c, 0x531, 0x556)) return c + 48;
  return c;
}

std::string fold_case(std::string_view text) {
  std::string out(text);
  unsigned char all = 0;
  for (char& c : out) {
    all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
    c = text::lower(c);
  }
  if (all < 0x80) return out;
  // What is not ASCII may fold to another length: copied from there on.
  std::size_t pos = 0;
  std::string folded;
  folded.reserve(text.size());
  while (pos < text.size()) {
    const std::size_t ascii = pos;
    while (pos < text.size() && static_cast<unsigned char>(text[pos]) < 0x80) ++pos;
    folded.append(out, ascii, pos - ascii);
    if (pos < text.size()) text::append_utf8(folded, fold_case(text::next_code_point(text, pos)));
  }
  return folded;
}

std::string ascii_digits(std::string_view text) {
  if (text::is_ascii(text)) return std::string(text);
  static constexpr std::array<char32_t, 14> kZeros = {0x660, 0x6F0, 0x966, 0x9E6, 0xA66,  0xAE6,  0xB66,
                                                      0xBE6, 0xC66, 0xCE6, 0xE50, 0x1040, 0x17E0, 0xFF10};
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = text::next_code_point(text, at);
    if (c < kZeros.front()) {
      out += text.substr(begin, at - begin);
      continue;
    }
    const auto* const zero =
        std::find_if(kZeros.begin(), kZeros.end(), [&](char32_t z) { return c >= z && c < z + 10; });
    if (zero == kZeros.end())
      out += text.substr(begin, at - begin);
    else
      out += static_cast<char>('0' + (c - *zero));
  }
  return out;
}

bool is_word_character(char32_t c) noexcept {
  if (c < 0x80) return in_range(c, '0', '9') || in_range(c, 'A', 'Z') || in_range(c, 'a', 'z');
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  if (in_range(c, 0x2000, 0x2BFF) || in_range(c, 0x3000, 0x3004) || in_range(c, 0x3008, 0x3020)) return false;
  if (in_range(c, 0xFE00, 0xFE6F) || in_range(c, 0xFF00, 0xFF0F) || in_range(c, 0xFF1A, 0xFF20)) return false;
  return c != 0xD7 && c != 0xF7 && c != 0xFEFF && c != 0x61C && c != 0xFFFD && !in_range(c, 0xE000, 0xF8FF);
}

}  // namespace poller
