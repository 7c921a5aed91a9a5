#include "parsers/latin_charset.h"

#include "base/text.h"
#include "lib/icu/convert.h"
#include "parsers/fold.h"

namespace poller {
namespace {

constexpr std::size_t kLatinLooked = 8192;
constexpr std::size_t kFewestOfAlphabet = 3;  // letters outside ASCII

struct Alphabet {
  const char* charset;
  std::u32string_view letters;  // small ones outside ASCII
};

// Neighbours quote each other's words, so the Western ones are taken together.
constexpr std::u32string_view kWestern[] = {
    U"àáâãçèéêëìíîïñòóôõùúûüœæÿ·ºª¿¡",  // Romance
    U"äöüßåæøéèêëïóôàñ",                // Germanic, Finnish
    U"áðéíóúýþæöø",                     // Icelandic, Faroese
    U"àèìòùâêîôûŵŷáéíóú",               // Celtic
};

// An alphabet comes once for each charset that its language is written in; windows-125x is the commoner one.
constexpr Alphabet kOthers[] = {
    {"windows-1250", U"ąćęłńóśźż"},
    {"windows-1250", U"áčďéěíňóřšťúůýž"},
    {"windows-1250", U"áäčďéíĺľňóôŕšťúýž"},
    {"windows-1250", U"áéíóöőúüű"},
    {"windows-1250", U"čćđšž"},
    {"windows-1250", U"ăâîşţșț"},
    {"iso-8859-2", U"ąćęłńóśźż"},
    {"iso-8859-2", U"áčďéěíňóřšťúůýž"},
    {"iso-8859-2", U"áäčďéíĺľňóôŕšťúýž"},
    {"iso-8859-2", U"áéíóöőúüű"},
    {"iso-8859-2", U"čćđšž"},
    {"iso-8859-2", U"ăâîşţșț"},
    {"windows-1254", U"çğıöşüâîû"},
    {"windows-1257", U"ąčęėįšųūž"},
    {"windows-1257", U"āčēģīķļņšūž"},
    {"iso-8859-16", U"ăâîșț"},
    {"iso-8859-4", U"ąčęėįšųūž"},
    {"iso-8859-4", U"āčēģīķļņšūž"},
    {"iso-8859-13", U"ąčęėįšųūž"},
    {"iso-8859-13", U"āčēģīķļņšūž"},
};

// What stands between words in any language.
bool is_latin_punctuation(char32_t c) noexcept {
  constexpr std::u32string_view kMarks =
      U"\u00a0\u00a7\u00a9\u00ab\u00ad\u00ae\u00b0\u00b4\u00bb\u00d7\u20ac\u2122\u0307";
  return kMarks.find(c) != std::u32string_view::npos || (c >= 0x2010 && c <= 0x203a);
}

// How many letters outside ASCII there are if the alphabet holds them all; otherwise 0.
std::size_t count_if_all(std::string_view utf8, std::u32string_view alphabet) noexcept {
  std::size_t count = 0;
  for (std::size_t pos = 0; pos < utf8.size();) {
    const char32_t c = text::next_code_point(utf8, pos);
    if (c < 0x80 || is_latin_punctuation(c)) continue;
    if (alphabet.find(c) == std::u32string_view::npos) return 0;
    ++count;
  }
  return count;
}

// In small letters; empty where the charset has no such bytes.
std::string read_as(std::string_view bytes, const char* charset) {
  std::string utf8;
  const auto result = icu::convert(bytes, charset, utf8);
  return result.known && result.replaced == 0 ? fold_case(utf8) : std::string();
}

}  // namespace

std::string latin_charset(std::string_view bytes) {
  bytes = bytes.substr(0, kLatinLooked);
  const std::string western = read_as(bytes, "windows-1252");
  for (const std::u32string_view alphabet : kWestern) {
    if (count_if_all(western, alphabet) > 0) return {};
  }
  std::string_view charset;
  std::string utf8;
  for (const Alphabet& other : kOthers) {
    if (charset != other.charset) utf8 = read_as(bytes, other.charset);
    charset = other.charset;
    if (count_if_all(utf8, other.letters) >= kFewestOfAlphabet) return std::string(charset);
  }
  return {};
}

}  // namespace poller
