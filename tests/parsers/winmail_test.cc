#include "parsers/winmail.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "base/text.h"
#include "parsers/rtf.h"
#include "parsers/rtf_compressed.h"

namespace poller {
namespace {

std::string le(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

std::string attribute(int level, std::uint32_t id, const std::string& data, int checksum_error = 0) {
  unsigned sum = 0;
  for (const char c : data) sum += static_cast<unsigned char>(c);
  return le(static_cast<unsigned>(level), 1) + le(id, 4) + le(data.size(), 4) + data +
         le((sum + static_cast<unsigned>(checksum_error)) & 0xffff, 2);
}

std::string utf16(std::u16string_view s) {
  std::string out;
  for (const char16_t c : s) out += le(c, 2);
  return out + le(0, 2);
}

std::string counted(std::uint16_t type, std::uint16_t id, const std::string& value) {
  std::string out = le(type, 2) + le(id, 2) + le(1, 4) + le(value.size(), 4) + value;
  out.append((4 - value.size() % 4) % 4, '\0');
  return out;
}
std::string unicode(std::uint16_t id, std::u16string_view value) { return counted(0x001f, id, utf16(value)); }
std::string string8(std::uint16_t id, const std::string& value) { return counted(0x001e, id, value + '\0'); }
std::string binary(std::uint16_t id, const std::string& value) { return counted(0x0102, id, value); }
std::string number(std::uint16_t id, std::uint32_t value) { return le(0x0003, 2) + le(id, 2) + le(value, 4); }

std::string properties(std::initializer_list<std::string> list) {
  std::string out = le(list.size(), 4);
  for (const std::string& property : list) out += property;
  return out;
}

std::string tnef(std::initializer_list<std::string> attributes) {
  std::string out = le(0x223e9f78, 4) + le(1, 2);
  for (const std::string& a : attributes) out += a;
  return out;
}

constexpr std::uint32_t kRend = 0x00069002, kData = 0x0006800f, kTitle = 0x00018010, kAttach = 0x00069005,
                        kProps = 0x00069003, kCodePage = 0x00069007, kBody = 0x0002800c;

TEST_CASE("attachments come with their long names, types and content ids") {
  const auto opened =
      open_winmail(tnef({attribute(1, kCodePage, le(1252, 4) + le(0, 4)), attribute(2, kRend, std::string(14, '\0')),
                         attribute(2, kData, "%PDF-1.4 x"), attribute(2, kTitle, std::string("BERICH~1.PDF\0", 13)),
                         attribute(2, kAttach,
                                   properties({unicode(0x3707, u"Bericht März.pdf"), string8(0x370e, "application/pdf"),
                                               unicode(0x3712, u"<part1@example.org>")})),
                         attribute(2, kRend, std::string(14, '\0')),
                         attribute(2, kTitle, std::string("caf\xe9.txt\0", 9)), attribute(2, kData, "two")}),
                   1000);
  REQUIRE(opened);
  CHECK_FALSE(opened->damaged);
  REQUIRE(opened->files.size() == 2);
  CHECK(opened->files[0].name == "Bericht März.pdf");
  CHECK(opened->files[0].content_type == "application/pdf");
  CHECK(opened->files[0].content_id == "part1@example.org");
  CHECK(opened->files[0].bytes == "%PDF-1.4 x");
  CHECK(opened->files[1].name == "café.txt");
  CHECK(opened->files[1].content_type == "text/plain");
  CHECK_FALSE(opened->files[1].content_id);
}

TEST_CASE("named properties and values of every type are stepped over") {
  const std::string named_id =
      le(0x001f, 2) + le(0x8001, 2) + std::string(16, 'g') + le(0, 4) + le(7, 4) + le(1, 4) + le(4, 4) + utf16(u"x");
  const std::string name = utf16(u"Keyw");
  const std::string named_text = le(0x101f, 2) + le(0x8002, 2) + std::string(16, 'g') + le(1, 4) + le(name.size(), 4) +
                                 name + le(0, 2) + le(2, 4) + le(4, 4) + utf16(u"a") + le(4, 4) + utf16(u"b");
  const std::string time = le(0x0040, 2) + le(0x3007, 2) + le(0, 8);
  const std::string guid = le(0x0048, 2) + le(0x0ff9, 2) + std::string(16, 'z');
  const auto opened = open_winmail(
      tnef({attribute(2, kRend, std::string(14, '\0')), attribute(2, kData, "data"),
            attribute(2, kAttach,
                      properties({named_id, named_text, time, guid, number(0x3705, 1), unicode(0x3707, u"水.bin")}))}),
      1000);
  REQUIRE(opened);
  REQUIRE(opened->files.size() == 1);
  CHECK(opened->files[0].name == "水.bin");
}

TEST_CASE("bodies: HTML first, plain beside it") {
  const auto opened = open_winmail(tnef({attribute(1, kProps,
                                                   properties({unicode(0x1000, u"Plain body"),
                                                               binary(0x1013,
                                                                      "<p>HTML b\xf6"
                                                                      "dy</p>"),
                                                               number(0x3fde, 1252)}))}),
                                   1000);
  REQUIRE(opened);
  CHECK(opened->html == "<p>HTML bödy</p>");
  CHECK(opened->text == "Plain body");
  const auto old = open_winmail(
      tnef({attribute(1, kCodePage, le(1251, 4)), attribute(1, kBody, std::string("\xcf\xf0\xe8\xe2\xe5\xf2\0", 7))}),
      1000);
  REQUIRE(old);
  CHECK(old->text == "Привет");
}

std::string uncompressed_rtf(const std::string& rtf) {
  return le(rtf.size() + 12, 4) + le(rtf.size(), 4) + le(0x414c454d, 4) + le(0, 4) + rtf;
}

TEST_CASE("RTF bodies") {
  const std::string wrapped =
      "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}{\\f1\\fcharset204 Cyr;}}"
      "{\\*\\htmltag19 <html>}{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 Gr\\'fc\\'dfe \\{x\\} "
      "\\f1\\'cf\\'f0\\htmlrtf\\par}\\htmlrtf0 "
      "{\\*\\mhtmltag84 gone}\\u8364?{\\*\\htmltag72 </p>}{\\*\\htmltag27 </html>}}";
  const auto opened =
      open_winmail(tnef({attribute(1, kProps, properties({binary(0x1009, uncompressed_rtf(wrapped))}))}), 10000);
  REQUIRE(opened);
  CHECK(opened->html == "<html><p>Grüße {x} Пр€</p></html>");
  CHECK_FALSE(opened->text);
  const RtfBody plain = read_rtf(
      "{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\colortbl;\\red0;}{\\*\\generator x;}{\\info{\\title hidden}}"
      "Hello\\par World\\tab end\\line{\\b bold} \\u-10179?\\u-8704? {\\pict 00ff}done\\'e9}");
  CHECK_FALSE(plain.html);
  CHECK(plain.text == "Hello\nWorld\tend\nbold 😀 doneé");
}

TEST_CASE("compressed RTF is expanded") {
  // The example of [MS-OXRTFCP] section 4.1.1, by its meaning: literals and references into the dictionary.
  const std::string bytes = std::string(
      "\x2d\x00\x00\x00\x2b\x00\x00\x00\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\x00\x0a\x00\x72\x63"
      "\x70\x67\x31\x32\x35\x42\x32\x0a\xf3\x20\x68\x65\x6c\x09\x00\x20\x62\x77\x05\xb0\x6c\x64"
      "\x7d\x0a\x80\x0f\xa0",
      49);
  CHECK(decompress_rtf(bytes, 1000) == "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
  CHECK(decompress_rtf(bytes, 10)->size() <= 10);
  CHECK_FALSE(decompress_rtf("LZFu", 10));
}

TEST_CASE("an embedded message becomes a mail; an OLE object keeps its bytes") {
  const std::string inner =
      tnef({attribute(1, kProps,
                      properties({unicode(0x0037, u"Inner subject ü"), unicode(0x1000, u"Inner body"),
                                  unicode(0x0c1a, u"Anna"), unicode(0x5d01, u"anna@example.org")})),
            attribute(2, kRend, std::string(14, '\0')), attribute(2, kTitle, std::string("in.txt\0", 7)),
            attribute(2, kData, "inner file")});
  const std::string iid_message("\x07\x03\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 16);
  const std::string iid_storage("\x0b\0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 16);
  const auto opened = open_winmail(
      tnef({attribute(2, kRend, std::string(14, '\0')),
            attribute(2, kAttach, properties({counted(0x000d, 0x3701, iid_message + inner), number(0x3705, 5)})),
            attribute(2, kRend, std::string(14, '\0')),
            attribute(2, kAttach,
                      properties(
                          {counted(0x000d, 0x3701, iid_storage + "\xd0\xcf\x11\xe0ole"), unicode(0x3001, u"Chart")}))}),
      100000);
  REQUIRE(opened);
  REQUIRE(opened->files.size() == 2);
  CHECK(opened->files[0].name == "Inner subject ü.eml");
  CHECK(opened->files[0].content_type == "message/rfc822");
  CHECK(opened->files[0].bytes.find("From: \"Anna\" <anna@example.org>\r\n") != std::string::npos);
  CHECK(opened->files[0].bytes.find(text::base64("inner file")) != std::string::npos);
  CHECK(opened->files[1].content_type == "application/vnd.ms-outlook");
  CHECK(opened->files[1].bytes == "\xd0\xcf\x11\xe0ole");
}

TEST_CASE("damage costs only what is damaged") {
  const std::string whole =
      tnef({attribute(2, kRend, std::string(14, '\0')), attribute(2, kTitle, std::string("a.txt\0", 6)),
            attribute(2, kData, "first", 1), attribute(2, kRend, std::string(14, '\0')),
            attribute(2, kTitle, std::string("b.txt\0", 6)), attribute(2, kData, "second file")});
  const auto checksum = open_winmail(whole, 1000);
  REQUIRE(checksum);
  CHECK(checksum->damaged);
  CHECK(checksum->files.size() == 2);
  const auto cut = open_winmail(std::string_view(whole).substr(0, whole.size() - 8), 1000);
  REQUIRE(cut);
  CHECK(cut->damaged);
  REQUIRE(cut->files.size() == 2);
  CHECK(cut->files[0].bytes == "first");
  CHECK(cut->files[1].bytes == "secon");
  for (std::size_t size = 0; size < whole.size(); ++size) open_winmail(std::string_view(whole).substr(0, size), 1000);
  CHECK_FALSE(open_winmail("no tnef at all", 1000));
  const auto limited = open_winmail(whole, 6);
  REQUIRE(limited);
  CHECK(limited->damaged);
  REQUIRE(limited->files.size() == 1);
}

}  // namespace
}  // namespace poller
