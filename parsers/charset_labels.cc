// What people and programs write where a charset's name belongs, and what they mean by it.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "lib/icu/convert.h"
#include "parsers/charset.h"

namespace poller {
namespace {

struct Alias {
  std::string_view label;  // lower case, letters and digits alone
  std::string_view name;   // empty: says nothing
};

// The upgrades are those of the WHATWG Encoding Standard, section 4.2: what is labelled with the smaller set holds
// characters of the larger one so often that the larger one is right.
constexpr std::array kAliases = std::to_array<Alias>({
    {"utf8", "utf-8"},
    {"unicode11utf8", "utf-8"},
    {"unicode20utf8", "utf-8"},
    {"xunicode20utf8", "utf-8"},
    {"utf8mb4", "utf-8"},
    {"utf81", "utf-8"},
    {"utf", "utf-8"},
    {"unicode", "utf-8"},
    {"cp65001", "utf-8"},
    {"65001", "utf-8"},
    {"usascii", "us-ascii"},
    {"ascii", "us-ascii"},
    {"ansix341968", "us-ascii"},
    {"ansix341986", "us-ascii"},
    {"iso646us", "us-ascii"},
    {"us", "us-ascii"},
    {"646", "us-ascii"},
    {"asciius", "us-ascii"},
    {"iso88591", "windows-1252"},
    {"iso885911987", "windows-1252"},
    {"isoir100", "windows-1252"},
    {"latin1", "windows-1252"},
    {"isolatin1", "windows-1252"},
    {"l1", "windows-1252"},
    {"cp819", "windows-1252"},
    {"ibm819", "windows-1252"},
    {"8859", "windows-1252"},
    {"88591", "windows-1252"},
    {"iso8859", "windows-1252"},
    {"cp1252", "windows-1252"},
    {"winlatin1", "windows-1252"},
    {"windowslatin1", "windows-1252"},
    {"iso88599", "windows-1254"},
    {"latin5", "windows-1254"},
    {"isolatin5", "windows-1254"},
    {"iso885911", "windows-874"},
    {"tis620", "windows-874"},
    {"iso88598i", "iso-8859-8"},
    {"iso88598e", "iso-8859-8"},
    {"logical", "iso-8859-8"},
    {"visual", "iso-8859-8"},
    {"iso88596i", "iso-8859-6"},
    {"iso88596e", "iso-8859-6"},
    {"koi8", "koi8-r"},
    {"koi", "koi8-r"},
    {"koi8ru", "koi8-u"},
    {"gb2312", "gb18030"},
    {"gb23121980", "gb18030"},
    {"gb231280", "gb18030"},
    {"gbk", "gb18030"},
    {"gb", "gb18030"},
    {"cp936", "gb18030"},
    {"ms936", "gb18030"},
    {"windows936", "gb18030"},
    {"936", "gb18030"},
    {"euccn", "gb18030"},
    {"chinese", "gb18030"},
    {"hzgb2312", "hz"},
    {"big5", "windows-950"},
    {"big5eten", "windows-950"},
    {"cnbig5", "windows-950"},
    {"cp950", "windows-950"},
    {"950", "windows-950"},
    {"eucbig5", "windows-950"},
    {"shiftjis", "windows-31j"},
    {"sjis", "windows-31j"},
    {"mskanji", "windows-31j"},
    {"cp932", "windows-31j"},
    {"ms932", "windows-31j"},
    {"windows932", "windows-31j"},
    {"mscp932", "windows-31j"},
    {"932", "windows-31j"},
    {"iso2022jp", "iso-2022-jp"},
    {"iso2022jp1", "iso-2022-jp"},
    {"iso2022jp2", "iso-2022-jp"},
    {"iso2022jp3", "iso-2022-jp"},
    {"iso2022jpms", "iso-2022-jp"},
    {"cp50220", "iso-2022-jp"},
    {"cp50221", "iso-2022-jp"},
    {"cp50222", "iso-2022-jp"},
    {"50221", "iso-2022-jp"},
    {"jis", "iso-2022-jp"},
    {"jis7", "iso-2022-jp"},
    {"eucjp", "euc-jp"},
    {"ujis", "euc-jp"},
    {"euc", "euc-jp"},
    {"eucjpms", "euc-jp"},
    {"cp51932", "euc-jp"},
    {"ksc56011987", "windows-949"},
    {"ksc56011992", "windows-949"},
    {"ksc5601", "windows-949"},
    {"kscuc5601", "windows-949"},
    {"euckr", "windows-949"},
    {"korean", "windows-949"},
    {"cp949", "windows-949"},
    {"uhc", "windows-949"},
    {"949", "windows-949"},
    {"macroman", "macintosh"},
    {"mac", "macintosh"},
    {"macintosh", "macintosh"},
    {"maccyrillic", "x-mac-cyrillic"},
    {"macukrainian", "x-mac-cyrillic"},
    {"macce", "x-mac-centraleurroman"},
    {"maccentraleurroman", "x-mac-centraleurroman"},
    {"maclatin2", "x-mac-centraleurroman"},
    {"macgreek", "x-mac-greek"},
    {"macturkish", "x-mac-turkish"},
    {"macjapanese", "windows-31j"},
    {"macjp", "windows-31j"},
    {"macchinesetrad", "windows-950"},
    {"macchinesesimp", "gb18030"},
    {"mackorean", "windows-949"},
    {"machebrew", "windows-1255"},
    {"macarabic", "windows-1256"},
    {"unicode11utf7", "utf-7"},
    {"utf7", "utf-7"},
    {"cp65000", "utf-7"},
    {"ucs2", "utf-16"},
    {"iso10646ucs2", "utf-16"},
    {"utf16", "utf-16"},
    {"", ""},
    {"unknown8bit", ""},
    {"unknown", ""},
    {"userdefined", ""},
    {"8bit", ""},
    {"7bit", ""},
    {"binary", ""},
    {"default", ""},
    {"defaultcharset", ""},
    {"none", ""},
    {"null", ""},
    {"undefined", ""},
    {"ansi", ""},
    {"iso", ""},
});

// Lower case letters and digits, without a leading "x" or "cs" before a separator or name ("x-sjis", "csGB2312").
std::string label_key(std::string_view label) {
  std::string key;
  for (const char c : label.substr(0, 64)) {
    if (text::is_alnum(c)) key += text::lower(c);
  }
  return key;
}

std::string_view label_core(std::string_view label) {
  label = text::trim(label);
  while (!label.empty() && (label.front() == '"' || label.front() == '\'' || label.front() == '='))
    label.remove_prefix(1);
  if (text::istarts_with(label, "charset=")) label.remove_prefix(8);
  const std::size_t end = label.find_first_of("\"';,* \t");  // also the language of RFC 2231 section 5
  return label.substr(0, end);
}

const Alias* find_alias(std::string_view key) {
  const auto* const found =
      std::find_if(kAliases.begin(), kAliases.end(), [&](const Alias& a) { return a.label == key; });
  return found == kAliases.end() ? nullptr : found;
}

// "cp1251", "win-1251", "windows1251", "1251" are windows-1251; "8859-5", "iso_8859_5" are iso-8859-5.
std::string numbered_charset(std::string_view key) {
  for (const std::string_view prefix : {"windows", "win", "cp", "mswin", "ms", "ansi", "x"}) {
    if (key.starts_with(prefix)) {
      key.remove_prefix(prefix.size());
      break;
    }
  }
  if (key.size() == 4 && key.starts_with("125") && key[3] <= '8' && key[3] >= '0') return "windows-" + std::string(key);
  if (key.size() == 6 && key.starts_with("dos")) return "cp" + std::string(key.substr(3));  // "dos-850"
  if (key.starts_with("iso")) key.remove_prefix(3);
  if (key.starts_with("8859") && (key.size() == 5 || key.size() == 6)) return "iso-8859-" + std::string(key.substr(4));
  return {};
}

}  // namespace

std::string canonical_charset(std::string_view label) {
  label = label_core(label);
  std::string key = label_key(label);
  for (const std::string_view prefix : {"", "x", "cs"}) {
    if (!key.starts_with(prefix)) continue;
    if (const Alias* alias = find_alias(std::string_view(key).substr(prefix.size())); alias != nullptr) {
      return std::string(alias->name);
    }
  }
  std::string name = numbered_charset(key);
  if (name.empty()) name = text::to_lower(label.substr(0, 64));
  if (name == "iso-8859-1") return "windows-1252";
  if (name == "iso-8859-16") return name;
  // ICU takes options and paths within a name; a mail has no business there.
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return text::is_alnum(c) || c == '-' || c == '_' || c == '.' || c == ':';
  });
  return plain && icu::known(name) ? name : std::string();
}

}  // namespace poller
