// Labels, upgrades and guesses of parsers/charset.h.
#include "parsers/charset.h"

#include <doctest/doctest.h>

#include "parsers/cyrillic.h"

namespace poller {

TEST_CASE("labels mean what mail programs mean by them") {
  CHECK(canonical_charset("ISO-8859-1") == "windows-1252");
  CHECK(canonical_charset("gb2312") == "gb18030");
  CHECK(canonical_charset("ks_c_5601-1987") == "windows-949");
  CHECK(canonical_charset("x-sjis") == "windows-31j");
  CHECK(canonical_charset("unicode-1-1-utf-8") == "utf-8");
  CHECK(canonical_charset("\"utf-8; format=flowed\"") == "utf-8");
  CHECK(canonical_charset("cp50221") == "iso-2022-jp");
  CHECK(canonical_charset("unknown-8bit").empty());
  CHECK(canonical_charset("../../etc/passwd").empty());
  CHECK(canonical_charset("utf-8,version=1").find(',') == std::string::npos);
}

TEST_CASE("a few bad bytes do not make another charset of UTF-8") {
  const auto result = to_utf8(
      "Gr\xc3\xbc\xc3\x9f"
      "e, cut \xe2\x82 and stray \xff.",
      "utf-8");
  CHECK(result.used == "utf-8");
  CHECK(result.text ==
        "Gr\xc3\xbc\xc3\x9f"
        "e, cut \xef\xbf\xbd and stray \xef\xbf\xbd.");
  CHECK(result.replaced);
  CHECK_FALSE(result.guessed);
}

TEST_CASE("text that only says it is UTF-8 is read as what it is") {
  const auto western = to_utf8(
      "Gr\xfc\xdf"
      "e",
      "utf-8");
  CHECK(western.used == "windows-1252");
  CHECK(western.guessed);
  const auto russian = to_utf8("\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?", "utf-8");
  CHECK(russian.used == "windows-1251");
}

TEST_CASE("Cyrillic charsets are told apart by letters and capitals") {
  CHECK(cyrillic_charset("\xed\xcf\xd3\xcb\xd7\xc1 - \xd3\xd4\xcf\xcc\xc9\xc3\xc1 \xf2\xcf\xd3\xd3\xc9\xc9") ==
        "koi8-r");
  CHECK(cyrillic_charset("\xcc\xee\xf1\xea\xe2\xe0 - \xf1\xf2\xee\xeb\xe8\xf6\xe0 \xd0\xee\xf1\xf1\xe8\xe8") ==
        "windows-1251");
  CHECK(cyrillic_charset("\xbc\xde\xe1\xda\xd2\xd0 - \xe1\xe2\xde\xdb\xd8\xe6\xd0") == "iso-8859-5");
  CHECK(cyrillic_charset("\xca\xe1\xeb\xe7\xec\xdd\xf1\xe1, \xf4\xdf \xea\xdc\xed\xe5\xf4\xe5;").empty());  // Greek
  CHECK(cyrillic_charset("\xc4\xe3\xba\xc3\xca\xc0\xbd\xe7").empty());                                      // Chinese
  CHECK(cyrillic_charset("caf\xe9").empty());
}

}  // namespace poller
