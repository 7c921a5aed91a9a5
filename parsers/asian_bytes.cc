#include "parsers/asian_bytes.h"

namespace poller {
namespace {

enum class ThaiByte { other, none, consonant, following, upper, tone, leading, sign };

// TIS 620-2533.
ThaiByte thai_byte(unsigned char c) noexcept {
  if (c < 0x80 || c == 0xa0) return ThaiByte::other;
  if (c >= 0xa1 && c <= 0xce) return ThaiByte::consonant;
  if (c == 0xd1 || (c >= 0xd4 && c <= 0xda)) return ThaiByte::upper;  // above or below a consonant
  if (c == 0xd0 || c == 0xd2 || c == 0xd3 || c == 0xe5) return ThaiByte::following;
  if (c >= 0xe0 && c <= 0xe4) return ThaiByte::leading;
  if (c >= 0xe7 && c <= 0xee) return ThaiByte::tone;
  if (c == 0xcf || c == 0xdf || c == 0xe6 || (c >= 0xef && c <= 0xfb)) return ThaiByte::sign;
  return ThaiByte::none;
}

bool may_follow(ThaiByte before, ThaiByte c) noexcept {
  if (before == ThaiByte::leading) return c == ThaiByte::consonant;
  if (c == ThaiByte::upper) return before == ThaiByte::consonant;
  if (c == ThaiByte::tone) return before == ThaiByte::consonant || before == ThaiByte::upper;
  if (c == ThaiByte::following)
    return before == ThaiByte::consonant || before == ThaiByte::tone || before == ThaiByte::upper ||
           before == ThaiByte::following;
  return true;
}

}  // namespace

bool is_thai(std::string_view bytes) noexcept {
  constexpr std::size_t kFewest = 16;  // fewer may be Chinese or Korean by chance
  constexpr std::size_t kLooked = 4096;
  std::size_t high = 0;
  std::size_t dependent = 0;
  ThaiByte before = ThaiByte::other;
  for (const char c : bytes.substr(0, kLooked)) {
    const ThaiByte kind = thai_byte(static_cast<unsigned char>(c));
    if (kind == ThaiByte::none || !may_follow(before, kind)) return false;
    if (kind != ThaiByte::other) ++high;
    if (kind == ThaiByte::upper || kind == ThaiByte::tone || kind == ThaiByte::following) ++dependent;
    before = kind;
  }
  return high >= kFewest && dependent * 8 >= high;
}

bool is_shift_jis_kana(std::string_view bytes) noexcept {
  constexpr std::size_t kFewest = 4;
  std::size_t kana = 0;
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    if (lead < 0x80) continue;
    if (lead < 0x81 || (lead > 0x9f && lead < 0xe0) || lead > 0xfc || i + 1 >= bytes.size()) return false;
    const auto trail = static_cast<unsigned char>(bytes[++i]);
    if (trail < 0x40 || trail == 0x7f || trail > 0xfc) return false;
    ++pairs;
    if ((lead == 0x82 && trail >= 0x9f && trail <= 0xf1) || (lead == 0x83 && trail <= 0x96)) ++kana;
  }
  return kana >= kFewest && kana * 2 >= pairs;
}

}  // namespace poller
