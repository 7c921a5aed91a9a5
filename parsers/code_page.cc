#include "parsers/code_page.h"

#include <utility>

namespace poller {

std::string code_page_label(unsigned number) {
  static constexpr std::pair<unsigned, const char*> names[] = {
      {0, "windows-1252"},    {932, "shift_jis"},     {936, "gb18030"},       {949, "ks_c_5601-1987"},
      {950, "big5"},          {1200, "utf-16le"},     {1201, "utf-16be"},     {10000, "macintosh"},
      {20127, "us-ascii"},    {20866, "koi8-r"},      {20932, "euc-jp"},      {21866, "koi8-u"},
      {50220, "iso-2022-jp"}, {50221, "iso-2022-jp"}, {50222, "iso-2022-jp"}, {50225, "iso-2022-kr"},
      {51932, "euc-jp"},      {51949, "euc-kr"},      {52936, "hz-gb-2312"},  {54936, "gb18030"},
      {65000, "utf-7"},       {65001, "utf-8"},
  };
  for (const auto& [known, label] : names) {
    if (known == number) return label;
  }
  if ((number >= 1250 && number <= 1258) || number == 874) return "windows-" + std::to_string(number);
  if (number >= 28591 && number <= 28606) return "iso-8859-" + std::to_string(number - 28590);
  return "cp" + std::to_string(number);
}

unsigned code_page_of_font_charset(int charset) noexcept {
  static constexpr std::pair<int, unsigned> pages[] = {
      {0, 1252},   {77, 10000}, {128, 932},  {129, 949},  {134, 936},  {136, 950}, {161, 1253}, {162, 1254},
      {163, 1258}, {177, 1255}, {178, 1256}, {186, 1257}, {204, 1251}, {222, 874}, {238, 1250}, {254, 437},
  };
  for (const auto& [known, page] : pages) {
    if (known == charset) return page;
  }
  return 0;
}

}  // namespace poller
