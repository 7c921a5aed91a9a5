#include "parsers/charset_guess.h"

#include <algorithm>

#include "base/text.h"
#include "lib/icu/convert.h"
#include "parsers/asian_bytes.h"
#include "parsers/cyrillic.h"
#include "parsers/latin_charset.h"

namespace poller {
namespace {

constexpr std::size_t kEnoughForDetector = 40;  // non-ASCII bytes; below, it is no better than chance on Latin text
constexpr std::size_t kMetaWithin = 4096;

// A text whose letters are mostly outside ASCII is in no Western charset, however short it is.
bool is_foreign_script(const ByteStatistics& statistics) noexcept {
  return statistics.high >= 4 && statistics.high >= statistics.letters;
}

bool reads_cleanly(std::string_view bytes, const std::string& charset) {
  std::string out;
  const auto result = icu::convert(bytes, charset, out);
  return result.known && result.replaced == 0;
}

std::string detected_charset(std::string_view bytes, CharsetContext context) {
  const auto guess = icu::detect(bytes, context == CharsetContext::html);
  if (!guess || guess->charset.starts_with("UTF-") || guess->charset.starts_with("IBM")) return {};
  constexpr int kBelievable = 10;
  if (guess->confidence < kBelievable) return {};
  std::string charset = canonical_charset(guess->charset);
  // Of a few bytes, none may be unreadable; a long text may have its faults.
  return bytes.size() > 1000 || reads_cleanly(bytes, charset) ? charset : std::string();
}

bool is_usable_hint(const std::string& charset) {
  return !charset.empty() && charset != "us-ascii" && charset != "utf-8" && charset != "utf-7" &&
         !charset.starts_with("utf-16") && !charset.starts_with("utf-32") && !charset.starts_with("iso-2022-");
}

}  // namespace

ByteStatistics count_bytes(std::string_view bytes) noexcept {
  ByteStatistics statistics;
  constexpr std::size_t kBlock = 4096;
  constexpr std::size_t kCounted = 4 * kBlock;  // enough to go by, from about where the first such byte stands
  std::size_t start = 0;
  while (start < bytes.size() && text::is_ascii(bytes.substr(start, kBlock))) start += kBlock;
  if (start >= bytes.size()) return statistics;
  for (const char c : bytes.substr(start, kCounted)) {
    statistics.high += static_cast<unsigned char>(c) >> 7;
    statistics.letters += static_cast<unsigned char>((c | 0x20) - 'a') < 26 ? 1U : 0U;
  }
  return statistics;
}

std::string utf16_by_evidence(std::string_view bytes, bool expected) {
  if (bytes.starts_with("\xff\xfe")) return "utf-16le";
  if (bytes.starts_with("\xfe\xff")) return "utf-16be";
  if (!expected) return {};
  const std::string_view looked = bytes.substr(0, 4096);
  std::size_t even = 0;
  std::size_t odd = 0;
  for (std::size_t i = 0; i < looked.size(); ++i) {
    if (looked[i] == '\0') ++(i % 2 == 0 ? even : odd);
  }
  if (even == odd) return {};
  return even > odd ? "utf-16be" : "utf-16le";
}

bool has_japanese_escapes(std::string_view bytes) noexcept {
  for (std::size_t pos = bytes.find('\x1b'); pos != std::string_view::npos; pos = bytes.find('\x1b', pos + 1)) {
    const std::string_view sequence = bytes.substr(pos + 1, 2);
    if (sequence == "$B" || sequence == "$@" || sequence == "(J" || sequence == "(I") return true;
  }
  return false;
}

namespace {

struct Utf8Statistics {
  std::size_t good = 0;  // well-formed sequences of more than one byte
  std::size_t cut = 0;   // the first two bytes or more of one
  std::size_t bad = 0;   // bytes that begin none
};

Utf8Statistics count_utf8(std::string_view bytes) noexcept {
  Utf8Statistics out;
  for (std::size_t pos = 0; pos < bytes.size();) {
    std::size_t subpart = 1;
    const std::size_t n = text::utf8_sequence(bytes, pos, subpart);
    if (n == 0) ++(subpart > 1 ? out.cut : out.bad);
    if (n > 1) ++out.good;
    pos += n > 0 ? n : subpart;
  }
  return out;
}

}  // namespace

bool is_mostly_utf8(std::string_view bytes) noexcept {
  if (text::is_utf8(bytes)) return true;
  const Utf8Statistics found = count_utf8(bytes);
  return found.good >= 2 * (found.bad + found.cut);
}

bool may_be_utf8(std::string_view bytes) noexcept {
  constexpr std::size_t kFew = 4;
  const Utf8Statistics found = count_utf8(bytes);
  return found.bad == 0 || (found.good > 0 && found.bad <= 2 * (found.good + found.cut) + kFew);
}

std::string guess_charset(std::string_view bytes, const ByteStatistics& statistics, CharsetContext context,
                          std::string_view hint) {
  if (is_mostly_utf8(bytes)) return "utf-8";
  if (std::string hinted = canonical_charset(hint); is_usable_hint(hinted) && reads_cleanly(bytes, hinted)) {
    return hinted;
  }
  if (context == CharsetContext::html) {
    std::string meta = canonical_charset(html_meta_charset(bytes));
    if (is_usable_hint(meta) && reads_cleanly(bytes, meta)) return meta;
  }
  if (is_shift_jis_kana(bytes)) return "windows-31j";
  if (is_foreign_script(statistics)) {
    if (is_thai(bytes)) return "windows-874";
    if (std::string cyrillic = cyrillic_charset(bytes); !cyrillic.empty()) return cyrillic;
  }
  if (!is_foreign_script(statistics)) {
    if (std::string latin = latin_charset(bytes); !latin.empty()) return latin;
  }
  if (statistics.high >= kEnoughForDetector || is_foreign_script(statistics)) {
    if (std::string detected = detected_charset(bytes, context); !detected.empty()) return detected;
  }
  return "windows-1252";
}

std::string_view html_meta_charset(std::string_view html) {
  html = html.substr(0, kMetaWithin);
  for (std::size_t pos = text::ifind(html, "<meta"); pos != std::string_view::npos;
       pos = text::ifind(html, "<meta", pos + 5)) {
    const std::string_view element = html.substr(pos, html.find('>', pos) - pos);
    std::size_t at = text::ifind(element, "charset");
    if (at == std::string_view::npos) continue;
    at = element.find_first_not_of(" \t\r\n", at + 7);
    if (at == std::string_view::npos || element[at] != '=') continue;
    at = element.find_first_not_of(" \t\r\n\"'", at + 1);
    if (at == std::string_view::npos) continue;
    return element.substr(at, element.find_first_of("\"'; \t\r\n/>", at) - at);
  }
  return {};
}

}  // namespace poller
