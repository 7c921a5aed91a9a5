#include "parsers/single_byte.h"

#include <array>

#include "base/text.h"

namespace poller {
namespace {

using UpperHalf = std::array<char16_t, 128>;

constexpr UpperHalf latin1_upper_half() {
  UpperHalf half{};
  for (std::size_t i = 0; i < half.size(); ++i) half[i] = static_cast<char16_t>(0x80 + i);
  return half;
}

// https://encoding.spec.whatwg.org/#index-windows-1252, but the five bytes without a character are U+FFFD.
constexpr UpperHalf windows_1252_upper_half() {
  UpperHalf half = latin1_upper_half();
  constexpr std::array<char16_t, 32> first = {0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                              0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
                                              0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                              0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};
  for (std::size_t i = 0; i < first.size(); ++i) half[i] = first[i];
  return half;
}

// ISO/IEC 8859-16:2001 (Romanian), as far as it differs from ISO 8859-1.
constexpr UpperHalf iso_8859_16_upper_half() {
  UpperHalf half = latin1_upper_half();
  struct Difference {
    unsigned char byte;
    char16_t character;
  };
  constexpr Difference differences[] = {
      {0xa1, 0x0104}, {0xa2, 0x0105}, {0xa3, 0x0141}, {0xa4, 0x20ac}, {0xa5, 0x201e}, {0xa6, 0x0160}, {0xa8, 0x0161},
      {0xaa, 0x0218}, {0xac, 0x0179}, {0xae, 0x017a}, {0xaf, 0x017b}, {0xb2, 0x010c}, {0xb3, 0x0142}, {0xb4, 0x017d},
      {0xb5, 0x201d}, {0xb8, 0x017e}, {0xb9, 0x010d}, {0xba, 0x0219}, {0xbc, 0x0152}, {0xbd, 0x0153}, {0xbe, 0x0178},
      {0xbf, 0x017c}, {0xc3, 0x0102}, {0xc5, 0x0106}, {0xd0, 0x0110}, {0xd1, 0x0143}, {0xd5, 0x0150}, {0xd7, 0x015a},
      {0xd8, 0x0170}, {0xdd, 0x0118}, {0xde, 0x021a}, {0xe3, 0x0103}, {0xe5, 0x0107}, {0xf0, 0x0111}, {0xf1, 0x0144},
      {0xf5, 0x0151}, {0xf7, 0x015b}, {0xf8, 0x0171}, {0xfd, 0x0119}, {0xfe, 0x021b}};
  for (const auto& difference : differences) half[difference.byte - 0x80U] = difference.character;
  return half;
}

constexpr UpperHalf kWindows1252 = windows_1252_upper_half();
constexpr UpperHalf kIso885916 = iso_8859_16_upper_half();

std::size_t single_byte_to_utf8(std::string_view bytes, const UpperHalf& upper, std::string& out) {
  std::size_t replaced = 0;
  out.reserve(out.size() + bytes.size() + bytes.size() / 8);
  for (std::size_t pos = 0; pos < bytes.size();) {
    const std::size_t start = pos;
    while (pos < bytes.size() && static_cast<unsigned char>(bytes[pos]) < 0x80) ++pos;
    out.append(bytes, start, pos - start);
    for (; pos < bytes.size() && static_cast<unsigned char>(bytes[pos]) >= 0x80; ++pos) {
      const char16_t c = upper[static_cast<unsigned char>(bytes[pos]) - 0x80U];
      if (c == 0xfffd) ++replaced;
      text::append_utf8(out, c);
    }
  }
  return replaced;
}

}  // namespace

std::size_t windows_1252_to_utf8(std::string_view bytes, std::string& out) {
  return single_byte_to_utf8(bytes, kWindows1252, out);
}

std::size_t iso_8859_16_to_utf8(std::string_view bytes, std::string& out) {
  return single_byte_to_utf8(bytes, kIso885916, out);
}

}  // namespace poller
