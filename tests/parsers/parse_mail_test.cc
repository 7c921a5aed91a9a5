// parse_mail on whole mails: headers, bodies, attachments.
#include "parsers/mime.h"

#include <doctest/doctest.h>

#include <string>

#include "parsers/attachment_bytes.h"

using poller::attachment_bytes;
using poller::Mail;
using poller::parse_mail;

TEST_CASE("a plain mail") {
  const Mail mail = parse_mail(
      "From: \"Doe, Jane\" <jane@example.com>\r\n"
      "To: help@example.org, =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\r\n"
      "Subject: =?iso-8859-1?Q?Gr=FC=DFe?= from\r\n here\r\n"
      "Date: Tue, 24 Nov 2026 09:15:00 +0100\r\n"
      "Message-ID: <one@example.com>\r\n"
      "References: <a@b> <c@d>\r\n"
      "Content-Type: text/plain; charset=iso-8859-1\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n"
      "\r\n"
      "Sch=F6n, dass es=\r\n geht.\r\n");
  REQUIRE(mail.from);
  CHECK(mail.from->name == "Doe, Jane");
  CHECK(mail.from->address == "jane@example.com");
  REQUIRE(mail.to.size() == 2);
  CHECK(mail.to[1].name == "J\xc3\xbcrgen");
  CHECK(mail.subject ==
        "Gr\xc3\xbc\xc3\x9f"
        "e from here");
  REQUIRE(mail.date);
  CHECK(poller::rfc3339(*mail.date) == "2026-11-24T08:15:00Z");
  CHECK(mail.message_id == "one@example.com");
  CHECK(mail.references == std::vector<std::string>{"a@b", "c@d"});
  CHECK(mail.text == "Sch\xc3\xb6n, dass es geht.\n");
  CHECK_FALSE(mail.html);
  CHECK(mail.attachments.empty());
  CHECK(mail.defects.empty());
}

TEST_CASE("attachments are found again in the raw mail") {
  const std::string raw =
      "Content-Type: multipart/mixed; boundary=b\n\n"
      "--b\nContent-Type: text/plain\n\nSee file.\n"
      "--b\nContent-Type: application/pdf; name=\"a b.pdf\"\nContent-Transfer-Encoding: base64\n"
      "Content-Disposition: attachment\n\nSGVsbG8s\nIHdvcmxkIQ==\n--b--\n";
  const Mail mail = parse_mail(raw);
  CHECK(mail.text == "See file.");
  REQUIRE(mail.attachments.size() == 1);
  const auto& file = mail.attachments[0];
  CHECK(file.filename == "a b.pdf");
  CHECK(file.content_type == "application/pdf");
  CHECK(file.size == 13);
  CHECK_FALSE(file.is_inline);
  CHECK(attachment_bytes(raw, file.locator) == "Hello, world!");
}
