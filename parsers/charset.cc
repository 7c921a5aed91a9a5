#include "parsers/charset.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "lib/icu/convert.h"
#include "parsers/charset_guess.h"
#include "parsers/iso2022jp.h"
#include "parsers/single_byte.h"

namespace poller {
namespace {

struct Decoded {
  std::string text;
  std::size_t replaced = 0;
};

Decoded decode_as_utf8(std::string_view bytes) {
  if (text::is_utf8(bytes)) return {std::string(bytes), 0};
  Decoded out;
  out.text.reserve(bytes.size() + 16);
  for (std::size_t pos = 0; pos < bytes.size();) {
    std::size_t subpart = 1;
    if (text::utf8_sequence(bytes, pos, subpart) == 0) ++out.replaced;
    text::append_utf8(out.text, text::next_code_point(bytes, pos));
  }
  return out;
}

Decoded decode_known(std::string_view bytes, const std::string& charset) {
  Decoded out;
  if (charset == "utf-8" || charset == "us-ascii") return decode_as_utf8(bytes);
  if (charset == "windows-1252") {
    out.replaced = windows_1252_to_utf8(bytes, out.text);
  } else if (charset == "iso-8859-16") {
    out.replaced = iso_8859_16_to_utf8(bytes, out.text);
  } else if (charset == "iso-2022-jp") {
    out.replaced = iso2022jp_to_utf8(bytes, out.text);
  } else {
    out.replaced = icu::convert(bytes, charset, out.text).replaced;
  }
  return out;
}

bool is_single_byte(const std::string& charset) {
  for (const std::string_view prefix :
       {"windows-125", "windows-874", "iso-8859-", "koi8-", "macintosh", "x-mac-", "ibm", "cp"}) {
    if (charset.starts_with(prefix)) return true;
  }
  return false;
}

bool is_seven_bit(const std::string& charset) {
  return charset == "us-ascii" || charset == "utf-7" || charset == "hz" || charset.starts_with("iso-2022-");
}

bool is_wide(const std::string& charset) { return charset.starts_with("utf-16") || charset.starts_with("utf-32"); }

// What the bytes themselves say, whatever the label: a byte order mark, Japanese escape sequences, no zero bytes in
// what is labelled UTF-16.
std::string evident_charset(std::string_view bytes, const std::string& declared, const ByteStatistics& statistics) {
  if (bytes.starts_with("\xef\xbb\xbf")) return "utf-8";
  if (std::string wide = utf16_by_evidence(bytes, is_wide(declared)); !wide.empty()) return wide;
  if (statistics.high == 0 && declared.empty() && bytes.find("\x1b$)C") != std::string_view::npos) return "iso-2022-kr";
  if (statistics.high == 0 && declared != "iso-2022-jp" && !declared.starts_with("iso-2022-") &&
      has_japanese_escapes(bytes)) {
    return "iso-2022-jp";
  }
  return {};
}

// Whether the label cannot be meant, and the bytes are UTF-8.
bool is_utf8_in_disguise(std::string_view bytes, const std::string& declared, const ByteStatistics& statistics) {
  if (statistics.high == 0) return is_wide(declared) && text::is_utf8(bytes);
  if (declared == "utf-8" || !text::is_utf8(bytes)) return false;
  if (is_single_byte(declared) || is_seven_bit(declared) || is_wide(declared)) return true;
  // Pairs of a double-byte charset are well-formed UTF-8 now and then; many of them, or ones that it cannot read, are
  // not.
  return statistics.high >= 24 || decode_known(bytes, declared).replaced > 0;
}

// C1 control characters are in no text: a byte of another charset stood there.
bool has_c1_controls(std::string_view utf8) noexcept {
  for (std::size_t pos = utf8.find('\xc2'); pos != std::string_view::npos; pos = utf8.find('\xc2', pos + 1)) {
    if (pos + 1 < utf8.size() && static_cast<unsigned char>(utf8[pos + 1]) < 0xa0) return true;
  }
  return false;
}

// Labelled with the seven-bit form of a language's charset, but in eight bits: it will be the language all the same.
std::string eight_bit_form(std::string_view bytes, const std::string& declared) {
  static constexpr std::pair<std::string_view, const char*> kForms[] = {{"iso-2022-jp", "euc-jp"},
                                                                        {"iso-2022-jp", "windows-31j"},
                                                                        {"iso-2022-kr", "euc-kr"},
                                                                        {"iso-2022-cn", "gb18030"},
                                                                        {"hz", "gb18030"}};
  for (const auto& [seven_bit, eight_bit] : kForms) {
    if (!declared.starts_with(seven_bit)) continue;
    const Decoded decoded = decode_known(bytes, eight_bit);
    if (decoded.replaced == 0 && !has_c1_controls(decoded.text)) return eight_bit;
  }
  return {};
}

struct Choice {
  std::string charset;
  bool guessed = false;
};

Choice choose_charset(std::string_view bytes, std::string_view label, CharsetContext context, std::string_view hint) {
  const std::string declared = canonical_charset(label);
  if (declared == "utf-8" && !text::is_ascii(bytes) && text::is_utf8(bytes)) return {declared, false};  // most mail
  const ByteStatistics statistics = count_bytes(bytes);
  if (std::string evident = evident_charset(bytes, declared, statistics); !evident.empty()) {
    const bool agrees = evident == declared || (is_wide(evident) && is_wide(declared));
    return {std::move(evident), !agrees && !(declared.empty() && statistics.high == 0)};
  }
  if (statistics.high == 0 && !is_wide(declared)) return {declared.empty() ? "us-ascii" : declared, false};
  if (is_utf8_in_disguise(bytes, declared, statistics)) return {"utf-8", true};
  constexpr std::size_t kOneByChance = 1;
  if (std::string form = statistics.high > kOneByChance ? eight_bit_form(bytes, declared) : std::string();
      !form.empty())
    return {std::move(form), true};
  const bool impossible = is_seven_bit(declared) || (declared == "utf-8" && !may_be_utf8(bytes));
  if (!declared.empty() && !impossible) return {declared, false};
  return {guess_charset(bytes, statistics, context, hint), true};
}

// Labelled with a double-byte charset that cannot read much of it: something else fits better, or nothing does.
void replace_if_worse(std::string_view bytes, CharsetContext context, std::string_view hint, Choice& choice,
                      Decoded& decoded) {
  if (choice.guessed || choice.charset == "utf-8" || is_single_byte(choice.charset) ||
      decoded.replaced * 8 < decoded.text.size() / 3)
    return;
  std::string other = guess_charset(bytes, count_bytes(bytes), context, hint);
  if (other == choice.charset) return;
  Decoded again = decode_known(bytes, other);
  if (again.replaced * 4 > decoded.replaced) return;
  decoded = std::move(again);
  choice = {std::move(other), true};
}

void drop_marks(std::string& s) {
  if (s.starts_with("\xef\xbb\xbf")) s.erase(0, 3);
  if (s.find('\0') != std::string::npos) s.erase(std::remove(s.begin(), s.end(), '\0'), s.end());
}

}  // namespace

void load_charsets() { icu::load(); }

CharsetResult to_utf8(std::string_view bytes, std::string_view label, CharsetContext context, std::string_view hint) {
  Choice choice = choose_charset(bytes, label, context, hint);
  Decoded decoded = decode_known(bytes, choice.charset);
  if (decoded.replaced > 0) replace_if_worse(bytes, context, hint, choice, decoded);
  drop_marks(decoded.text);
  return {std::move(decoded.text), std::move(choice.charset), choice.guessed, decoded.replaced > 0};
}

}  // namespace poller
