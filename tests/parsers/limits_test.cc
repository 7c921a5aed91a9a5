// Mails made to cost much (parsers/mime.h, base/limits.h): each gives a result, says what was cut, and takes no longer
// than a mail of its size may. The times allowed are ten times those of a release build: this runs under sanitizers
// too.
#include <doctest/doctest.h>

#include <algorithm>
#include <ctime>
#include <string>

#include "base/text.h"
#include "parsers/classify.h"
#include "parsers/header_words.h"
#include "parsers/mime.h"

namespace poller {
namespace {

constexpr double kSecondsAllowed = 20;  // of CPU; a release build takes under 2

const std::string kHead = "From: a@b.example\nSubject: x\nMIME-Version: 1.0\n";

std::string repeated(std::string_view piece, std::size_t times) {
  std::string out;
  out.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

bool says(const Mail& mail, std::string_view part) {
  return std::any_of(mail.defects.begin(), mail.defects.end(),
                     [&](const std::string& d) { return d.find(part) != std::string::npos; });
}

/// Parses and classifies, and checks what holds for any mail.
Mail read_in_time(const std::string& raw) {
  const std::clock_t start = std::clock();
  Mail mail = parse_mail(raw);
  classify(mail, raw);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  CHECK(seconds < kSecondsAllowed);
  CHECK(text::is_utf8(mail.text));
  CHECK(mail.parts.size() <= 2 * static_cast<std::size_t>(ParseLimits().parts));
  CHECK(mail.fields.size() <= static_cast<std::size_t>(ParseLimits().fields));
  return mail;
}

TEST_CASE("multiparts nested 100,000 deep") {
  std::string raw = kHead;
  for (int i = 0; i < 100000; ++i) {
    const std::string number = std::to_string(i);
    raw += "Content-Type: multipart/mixed; boundary=\"b" + number + "\"\n\n--b" + number + "\n";
  }
  const Mail mail = read_in_time(raw + "\nx\n");
  CHECK(says(mail, "nested deeper than 50"));
  CHECK(mail.attachments.size() == 1);
  const Mail same = read_in_time(kHead + repeated("Content-Type: multipart/mixed; boundary=b\n\n--b\n", 100000));
  CHECK(says(same, "nested deeper than 50"));
  const Mail enclosed = read_in_time(kHead + repeated("Content-Type: message/rfc822\n\n", 100000) + "\nx\n");
  CHECK(enclosed.attachments.size() == 1);
}

TEST_CASE("100,000 parts") {
  const Mail mail = read_in_time(kHead + "Content-Type: multipart/mixed; boundary=b\n\n" +
                                 repeated("--b\nContent-Type: application/x\n\nx\n", 100000) + "--b--\n");
  CHECK(says(mail, "more than 2000 parts"));
  CHECK(mail.attachments.size() <= 2000);
  const Mail empty = read_in_time(kHead + "Content-Type: multipart/mixed; boundary=b\n\n" + repeated("--b\n", 1000000));
  CHECK(says(empty, "more than 2000 parts"));
}

TEST_CASE("a million header fields, one of 50 MB, a name of 5 MB") {
  const Mail many = read_in_time(kHead + repeated("X-A: b\n", 1000000) + "\nbody\n");
  CHECK(says(many, "more than 2000 header fields"));
  CHECK(many.text == "body\n");
  const Mail large = read_in_time("Subject: " + std::string(50'000'000, 'y') + "\nFrom: a@b.example\n\nbody\n");
  CHECK(says(large, "header field longer than 65536"));
  CHECK(large.text == "body\n");
  const Mail folded = read_in_time("Subject: a\n" + repeated(" yyyyyyyyyyyyyyy\n", 300000) + "\nbody\n");
  CHECK(folded.subject.size() <= 65536);
  read_in_time(std::string(5'000'000, 'y') + ": x\n\nbody\n");
}

TEST_CASE("a line of 100 MB, plain and encoded") {
  const Mail plain = read_in_time(kHead + "\n" + std::string(100'000'000, 'x') + "\n");
  CHECK(plain.text.size() <= ParseLimits().text);
  CHECK(says(plain, "was cut"));
  const Mail encoded =
      read_in_time(kHead + "Content-Type: application/x; name=a\nContent-Transfer-Encoding: base64\n\n" +
                   repeated("QUJD", 5'000'000));
  REQUIRE(encoded.attachments.size() == 1);
  CHECK(encoded.attachments[0].size == 15'000'000);
}

TEST_CASE("boundaries of 10 KB, and lines that nearly are one") {
  const std::string boundary(10240, 'x');
  const Mail mail =
      read_in_time(kHead + "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\n\n--" + boundary +
                   "\n\nhello\n" + repeated("--" + std::string(5000, 'x') + "\n", 1000) + "--" + boundary + "--\n");
  CHECK(says(mail, "a boundary longer than 200 bytes"));
  CHECK(mail.text.starts_with("hello"));
  std::string nested = kHead;
  for (int i = 0; i < 49; ++i) {
    const std::string number = std::to_string(i);
    nested += "Content-Type: multipart/mixed; boundary=b" + number + "\n\n--b" + number + "\n";
  }
  read_in_time(nested + "\n" + repeated("--b\n", 300000));
  read_in_time(kHead + "Content-Type: multipart/mixed; boundary=\"" + std::string(60, '-') + "\"\n\n" +
               repeated(std::string(200, '-') + "\n", 20000));
}

TEST_CASE("bombs of charsets and encodings") {
  for (const char* const charset : {"utf-16", "hz", "iso-2022-jp", "utf-7", "gb18030"}) {
    for (const char* const piece : {"~{", "\x1b$B\x1b(B", "+AAA-", "\xff"}) {
      const Mail mail =
          read_in_time(kHead + "Content-Type: text/plain; charset=" + charset + "\n\n" + repeated(piece, 500'000));
      CHECK(mail.text.size() <= ParseLimits().text);
    }
  }
  read_in_time(kHead + "Content-Type: text/plain; charset=utf-16\n\n" + std::string(10'000'000, '\0'));
  read_in_time(kHead + "\n" + repeated("begin 644 a\n`\nend\n", 300000));
  read_in_time(kHead + "\n" + repeated("begin 644 a\n", 500000));
  read_in_time(kHead + "\n" + repeated("=ybegin line=1 size=1 name=a\n", 200000));
}

TEST_CASE("bombs of encoded words, parameters and addresses") {
  std::string words;
  for (const char* const piece :
       {"=?utf-8?Q?a?= ", "=?iso-2022-jp?B?GyRC?=", "=?utf-7?Q?+AAA-?=", "=?", "=?a?q?", "=?utf-8?B?w?="}) {
    words += "Subject: " + repeated(piece, 60000 / std::string_view(piece).size()) + "\n";
    words += "From: " + repeated(piece, 60000 / std::string_view(piece).size()) + "<a@b>\n";
    CHECK(text::is_utf8(decode_words(repeated(piece, 60000 / std::string_view(piece).size()))));
  }
  read_in_time(words + "\nx\n");
  std::string parameters = "Content-Type: application/x";
  for (int i = 0; i < 5000; ++i) parameters += "; name*" + std::to_string(i) + "*=%41";
  CHECK(says(read_in_time(kHead + parameters + "\n\nx\n"), "more than 64 parameters"));
  std::string many;
  for (int i = 0; i < 50000; ++i) many += "To: a" + std::to_string(i) + "@x.example, b@x.example\n";
  read_in_time("From: a@b.example\n" + many + "\nx\n");
  read_in_time("From: " + std::string(65000, '(') + "\nTo: " + std::string(65000, '<') +
               "\nCc: " + repeated("\"a\\", 20000) + "\nReply-To: " + repeated(":;", 30000) +
               "\nSender: " + repeated("<(a", 20000) + ")\n\nx\n");
}

TEST_CASE("reports of millions of lines that nearly tell something") {
  const std::string report = "From: MAILER-DAEMON@b.example\nReturn-Path: <>\nSubject: failure notice\nContent-Type: ";
  for (const char* const line : {"## reply above this lin\n", "<a@b.example>: 550 5.1.1 x\n", "a@b.c ", "a@b.c\n"})
    read_in_time(report + "text/plain\n\n" + repeated(line, 4'000'000 / std::string_view(line).size()));
  read_in_time(report + "text/html\n\n<pre>" + repeated("\t\n", 500000));
  read_in_time(report + "multipart/report; report-type=delivery-status; boundary=b\n\n--b\n" +
               "Content-Type: message/delivery-status\n\nFinal-Recipient: utf-8; " + repeated("\\x{41", 500000) +
               "\nAction: failed\n--b--\n");
}

}  // namespace
}  // namespace poller
