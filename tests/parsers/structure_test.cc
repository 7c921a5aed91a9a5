// Broken structure: boundaries that are missing or wrong, headers that are none (parsers/mime_engine.h).
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "base/text.h"
#include "parsers/attachment_bytes.h"
#include "parsers/mime.h"

namespace poller {
namespace {

bool has_defect(const Mail& mail, std::string_view part) {
  return std::any_of(mail.defects.begin(), mail.defects.end(),
                     [&](const std::string& d) { return d.find(part) != std::string::npos; });
}

TEST_CASE("the first boundary line is missing") {
  const std::string raw =
      "Content-Type: multipart/mixed; boundary=b\n\nContent-Type: text/plain\n\nHello\n--b\nContent-Type: "
      "application/x\n\n"
      "file\n--b--\n";
  const Mail mail = parse_mail(raw);
  CHECK(mail.text == "Hello");
  REQUIRE(mail.attachments.size() == 1);
  CHECK(attachment_bytes(raw, mail.attachments[0].locator) == "file");
  CHECK(has_defect(mail, "without a boundary line"));
}

TEST_CASE("the boundary line and the empty line before it are missing") {
  const Mail mail = parse_mail(
      "Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: multipart/alternative; boundary=a\n"
      "Content-Type: text/plain; charset=utf-8\n\nPlain\n--a\nContent-Type: text/html\n\n<p>H</p>\n--a--\n--r--\n");
  CHECK(mail.text == "Plain");
  CHECK(mail.html == "<p>H</p>");
}

TEST_CASE("of two Content-Types the one that the body has counts") {
  const std::string raw =
      "Content-Type: text/plain; charset=utf-8\nContent-Type: multipart/mixed; boundary=b\n\nHello\n--b\n"
      "Content-Type: application/x; name=f.bin\n\nfile\n--b--\n";
  const Mail mail = parse_mail(raw);
  CHECK(mail.text == "Hello");
  REQUIRE(mail.attachments.size() == 1);
  CHECK(mail.attachments[0].filename == "f.bin");
  CHECK(has_defect(mail, "several Content-Types"));
  CHECK(parse_mail("Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\nHello\n").text == "Hello\n");
}

TEST_CASE("closed before any part began: what stands there is the text") {
  const Mail mail = parse_mail("Content-Type: multipart/mixed; boundary=b\n\nAll there is.\n--b--\nepilogue\n");
  CHECK(mail.text == "All there is.");
  CHECK(has_defect(mail, "without parts"));
}

TEST_CASE("a first header line that is indented, one whose name has other bytes, one of blanks alone") {
  const Mail mail =
      parse_mail(" From: Ann <a@x.example>\nGru\xdf: x\nSubject: one\n \n two\nTo: b@x.example\n\nbody\n");
  REQUIRE(mail.from);
  CHECK(mail.from->address == "a@x.example");
  CHECK(mail.subject == "one two");
  CHECK(mail.to.size() == 1);
  CHECK(mail.text == "body\n");
}

TEST_CASE("plain text that says it is base64 is read as it stands") {
  const Mail mail = parse_mail(
      "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nThis text was never encoded, whatever it "
      "says.\n");
  CHECK(mail.text == "This text was never encoded, whatever it says.\n");
  CHECK(has_defect(mail, "not in base64"));
  const Mail real = parse_mail("Content-Transfer-Encoding: base64\n\nSGVsbG8=\n-- \nThe list's footer, unencoded.\n");
  CHECK(real.text == "Hello");
}

TEST_CASE("a file in such a text is found again, and one in a text that is base64 too") {
  const std::string file = "begin 644 hello.txt\r\n.:&5L;&\\L('=O<FQD(5H`\r\n`\r\nend\r\n";
  const std::string head = "From: a@example.org\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  const std::string plain = head + "Here it is, as you asked:\r\n" + file;
  const std::string encoded = head + text::base64("Here it is:\r\n" + file) + "\r\n";
  for (const std::string& raw : {plain, encoded}) {
    const Mail mail = parse_mail(raw);
    REQUIRE(mail.attachments.size() == 1);
    CHECK(mail.attachments[0].filename == "hello.txt");
    CHECK(mail.attachments[0].size == 14);
    CHECK(attachment_bytes(raw, mail.attachments[0].locator) == "hello, world!Z");
  }
}

TEST_CASE("raw bytes in several headers are guessed together") {
  const Mail mail = parse_mail("From: \xe6\xc5\xc4\xcf\xd2 <f@x.example>\nSubject: \xed\xcf\xd3\xcb\xd7\xc1\n\nx\n");
  CHECK(mail.subject == "\xd0\x9c\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0");
  CHECK(mail.from->name == "\xd0\xa4\xd0\xb5\xd0\xb4\xd0\xbe\xd1\x80");
}

}  // namespace
}  // namespace poller
