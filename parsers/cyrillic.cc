#include "parsers/cyrillic.h"

#include <algorithm>

#include "base/text.h"
#include "lib/icu/convert.h"

namespace poller {
namespace {

constexpr std::size_t kCyrillicLooked = 4096;
constexpr std::size_t kFewestLetters = 4;

bool is_cyrillic_capital(char32_t c) noexcept { return (c >= 0x0400 && c <= 0x042f) || c == 0x0490; }
bool is_cyrillic_small(char32_t c) noexcept { return (c >= 0x0430 && c <= 0x045f) || c == 0x0491; }

// The fifteen that make up four fifths of Russian text, and nearly as much of its neighbours'.
bool is_common(char32_t c) noexcept {
  static constexpr std::u32string_view kCommon =
      U"\u043e\u0435\u0430\u0438\u043d\u0442\u0441\u0440\u0432\u043b"
      U"\u043a\u043c\u0434\u043f\u0443\u0456";
  if (c >= 0x0410 && c <= 0x042f) c += 0x20;
  return kCommon.find(c) != std::u32string_view::npos;
}

struct CyrillicStatistics {
  std::size_t letters = 0;
  std::size_t common = 0;
  std::size_t capitals = 0;
  std::size_t misplaced = 0;  // capitals behind small letters
  std::size_t other = 0;      // anything else that is not ASCII

  [[nodiscard]] bool is_text() const {
    return letters >= kFewestLetters && misplaced * 8 <= letters && other * 4 <= letters && common * 3 >= letters * 2;
  }
  // In KOI8 the small letters of Greek and Hebrew charsets are capitals, and the text of a mail is not all capitals.
  [[nodiscard]] bool is_shouted() const { return capitals * 4 > letters * 3; }
  [[nodiscard]] std::size_t score() const { return common - std::min(common, 4 * misplaced + other); }
};

CyrillicStatistics count_letters(std::string_view utf8) {
  CyrillicStatistics out;
  bool after_small = false;
  for (std::size_t pos = 0; pos < utf8.size();) {
    const char32_t c = text::next_code_point(utf8, pos);
    const bool small = is_cyrillic_small(c);
    if (small || is_cyrillic_capital(c)) {
      ++out.letters;
      if (is_common(c)) ++out.common;
      if (!small) ++out.capitals;
      if (!small && after_small) ++out.misplaced;
    } else if (c >= 0x80) {
      ++out.other;
    }
    after_small = small;
  }
  return out;
}

}  // namespace

std::string cyrillic_charset(std::string_view bytes) {
  std::string best;
  std::size_t best_score = 0;
  for (const std::string charset : {"windows-1251", "koi8-r", "koi8-u", "iso-8859-5", "ibm866", "x-mac-cyrillic"}) {
    std::string utf8;
    icu::convert(bytes.substr(0, kCyrillicLooked), charset, utf8);
    const CyrillicStatistics found = count_letters(utf8);
    if (!found.is_text() || found.score() <= best_score) continue;
    if (charset.starts_with("koi8") && found.is_shouted()) continue;
    best = charset;
    best_score = found.score();
  }
  return best;
}

}  // namespace poller
