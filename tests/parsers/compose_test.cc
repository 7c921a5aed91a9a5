// Mails that we write: what is on the wire, whatever we were given.
#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

#include "parsers/encode_body.h"
#include "parsers/encode_header.h"
#include "parsers/mime.h"
#include "parsers/mime_compose.h"
#include "parsers/transfer.h"

using namespace poller;  // NOLINT(google-build-using-namespace)

namespace {

OutgoingMail sample_outgoing() {
  OutgoingMail mail;
  mail.from = {"Contoso Support", "support@contoso.com"};
  mail.to = {{"Jörg Müller", "joerg@example.com"}};
  mail.subject = "Re: [T-17] Drucker brennt";
  mail.date = 1'764'000'000;
  mail.message_id = "poller.c.1.2.abc@contoso.com";
  mail.in_reply_to = {"a@example.com"};
  mail.references = {"r@example.com", "a@example.com"};
  mail.text = "Guten Tag,\n\nwir kümmern uns.\n";
  mail.boundary_seed = "seed";
  return mail;
}

// Empty, or what is wrong with the bytes as mail on the wire.
std::string wire_fault(const std::string& mail) {
  std::size_t line = 0;
  for (std::size_t i = 0; i < mail.size(); ++i) {
    const auto c = static_cast<unsigned char>(mail[i]);
    if (c == '\n') {
      if (i == 0 || mail[i - 1] != '\r') return "bare LF";
      line = 0;
      continue;
    }
    if (c == '\r') {
      if (i + 1 == mail.size() || mail[i + 1] != '\n') return "bare CR";
      continue;
    }
    if (c != '\t' && (c < 0x20 || c >= 0x7f)) return "control or 8-bit character";
    if (++line > 998) return "line too long";
  }
  return mail.size() >= 2 && mail.substr(mail.size() - 2) == "\r\n" ? "" : "no line end at the end";
}

std::string longest_header_line_fault(const std::string& mail) {
  const std::string head = mail.substr(0, mail.find("\r\n\r\n"));
  for (std::size_t at = 0; at < head.size();) {
    const auto end = std::min(head.find("\r\n", at), head.size());
    if (end - at > 78) return head.substr(at, end - at);
    at = end + 2;
  }
  return {};
}

std::string random_text(std::mt19937& random, std::size_t most) {
  static const std::string kNasty[] = {"\r\n",
                                       "\n",
                                       "\r",
                                       "\0",
                                       "\r\nBcc: x@y.z\r\n\r\nboo",
                                       "\xe2\x80\xa8",
                                       "=?UTF-8?Q?",
                                       "?=",
                                       "\"",
                                       "\\",
                                       "<",
                                       ">",
                                       ",",
                                       "ü",
                                       "日本",
                                       "\x1b[31m",
                                       "\x7f",
                                       "\xff",
                                       "\xc2\x85",
                                       " ",
                                       "  ",
                                       "a",
                                       "@",
                                       ";",
                                       ":",
                                       "(",
                                       ")",
                                       "\t",
                                       "."};
  std::string out;
  const std::size_t length = random() % most;
  while (out.size() < length) {
    if (random() % 3 == 0) {
      out += kNasty[random() % std::size(kNasty)];
    } else {
      out += static_cast<char>(random() % 256);
    }
  }
  return out;
}

OutgoingMail random_mail(std::mt19937& random) {
  OutgoingMail m;
  const auto s = [&](std::size_t most = 120) { return random_text(random, most); };
  m.from = {s(), random() % 2 ? "support@contoso.com" : s(40)};
  for (std::size_t i = random() % 3; i > 0; --i) m.to.push_back({s(), random() % 2 ? "a@b.example" : s(40)});
  m.cc.push_back({s(), s(30)});
  m.reply_to.push_back({s(), s(30)});
  m.subject = s(400);
  m.message_id = s(60);
  m.in_reply_to = {s(60), s(2000)};
  m.references = {s(60), "x@y", s(1200)};
  m.thread_topic = s();
  m.thread_index = s();
  m.auto_submitted = random() % 2 ? s(20) : "";
  m.text = s(2000);
  m.html = random() % 2 ? s(2000) : "";
  m.files.push_back({s(90), s(30), s(300), s(30), random() % 2 == 0});
  m.boundary_seed = s(10);
  return m;
}

}  // namespace

TEST_CASE("a mail says what was meant") {
  const std::string bytes = compose_mail(sample_outgoing());
  CHECK(wire_fault(bytes) == "");
  const Mail mail = parse_mail(bytes);
  CHECK(mail.defects.empty());
  CHECK(mail.subject == "Re: [T-17] Drucker brennt");
  REQUIRE(mail.from);
  CHECK(mail.from->name == "Contoso Support");
  REQUIRE(mail.to.size() == 1);
  CHECK(mail.to[0].name == "Jörg Müller");
  CHECK(mail.message_id == "poller.c.1.2.abc@contoso.com");
  CHECK(mail.in_reply_to == std::vector<std::string>{"a@example.com"});
  CHECK(mail.references == std::vector<std::string>{"r@example.com", "a@example.com"});
  CHECK(mail.date == 1'764'000'000);
  CHECK(mail.text == "Guten Tag,\n\nwir kümmern uns.\n");
  CHECK(find_field(mail.fields, "Auto-Submitted") == nullptr);
  CHECK(find_field(mail.fields, "Precedence") == nullptr);
}

TEST_CASE("text, HTML, inline picture and attachment") {
  OutgoingMail out = sample_outgoing();
  out.html = "<p>Guten Tag</p><img src=\"cid:logo@x\">";
  out.files.push_back({"logo.png", "image/png", std::string("\x89PNG\0\r\n", 7), "logo@x", true});
  out.files.push_back({"Übersicht über alles, was im letzten Jahr geschehen ist.pdf", "application/pdf",
                       std::string(100'000, '\xee'), "", false});
  const std::string bytes = compose_mail(out);
  CHECK(wire_fault(bytes) == "");
  const Mail mail = parse_mail(bytes);
  CHECK(mail.defects.empty());
  REQUIRE(mail.html);
  CHECK(mail.html->find("cid:logo@x") != std::string::npos);
  REQUIRE(mail.attachments.size() == 2);
  CHECK(mail.attachments[0].content_id == "logo@x");
  CHECK(mail.attachments[0].is_inline);
  CHECK(mail.attachments[0].size == 7);
  CHECK(mail.attachments[1].filename == "Übersicht über alles, was im letzten Jahr geschehen ist.pdf");
  CHECK(mail.attachments[1].size == 100'000);
  CHECK_FALSE(mail.attachments[1].is_inline);
}

TEST_CASE("automatic mail says so") {
  OutgoingMail out = sample_outgoing();
  out.auto_submitted = "auto-replied";
  const Mail mail = parse_mail(compose_mail(out));
  CHECK(find_field(mail.fields, "Auto-Submitted")->value == "auto-replied");
  CHECK(find_field(mail.fields, "X-Auto-Response-Suppress")->value == "All");
  CHECK(find_field(mail.fields, "Precedence")->value == "bulk");
}

TEST_CASE("header lines are folded at 78") {
  OutgoingMail out = sample_outgoing();
  out.subject = "Re: ";
  for (int i = 0; i < 60; ++i) out.subject += "Wort" + std::to_string(i) + " ";
  for (int i = 0; i < 40; ++i) {
    out.to.push_back({"Somebody Number " + std::to_string(i), "somebody" + std::to_string(i) + "@example.com"});
    out.references.push_back("reference-" + std::to_string(i) + "@example.com");
  }
  const std::string bytes = compose_mail(out);
  CHECK(longest_header_line_fault(bytes) == "");
  const Mail mail = parse_mail(bytes);
  CHECK(mail.to.size() == 41);
  CHECK(mail.subject + " " == out.subject);
  out.subject = "Änderung: " + std::string(300, 'x') + " übrigens";
  const std::string encoded = compose_mail(out);
  CHECK(longest_header_line_fault(encoded) == "");
  CHECK(parse_mail(encoded).subject == out.subject);
}

TEST_CASE("many references: the first and the last stay") {
  std::vector<std::string> many;
  for (int i = 0; i < 500; ++i) many.push_back("id-" + std::to_string(i) + "@example.com");
  const auto kept = trimmed_references(many);
  CHECK(kept.size() < 110);
  CHECK(kept.front() == many.front());
  CHECK(kept.back() == many.back());
  CHECK(kept[kept.size() - 2] == many[498]);
}

TEST_CASE("display names with specials are quoted") {
  const Mail mail = parse_mail("To: " + encode_addresses("To", {{"Doe, \"Jane\" \\", "j@x.example"}}) + "\r\n\r\n");
  REQUIRE(mail.to.size() == 1);
  CHECK(mail.to[0].name == "Doe, \"Jane\" \\");
}

TEST_CASE("addresses that no envelope may hold") {
  CHECK(is_sendable_address("a@b.example"));
  CHECK(is_sendable_address("joe@b\u00fccher.example"));
  CHECK(wire_address("joe@b\u00fccher.example") == "joe@xn--bcher-kva.example");
  CHECK(wire_address("Joe@B.example") == "Joe@B.example");
  for (const char* bad :
       {"", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nRCPT TO:<x@y>", "<a@b>", "a@b>", "\"a\"@b", "ü@b", "a,b@c"})
    CHECK_FALSE_MESSAGE(is_sendable_address(bad), bad);
}

TEST_CASE("a control character never reaches the wire") {
  const char* full = std::getenv("POLLER_FULL");
  const int rounds = full != nullptr ? 60'000 : 1'500;  // some 17 random strings each: a million in the full run
  std::mt19937 random(20261125);
  for (int i = 0; i < rounds; ++i) {
    const std::string bytes = compose_mail(random_mail(random));
    const std::string fault = wire_fault(bytes);
    if (!fault.empty()) FAIL("round " << i << ": " << fault);
    const std::string head = bytes.substr(0, bytes.find("\r\n\r\n"));
    if (head.find("\r\nBcc:") != std::string::npos) FAIL("round " << i << ": a header was smuggled in");
  }
}

TEST_CASE("flowed text is read back as it was") {
  const std::string text =
      "A paragraph that is a good deal longer than seventy-six characters, and that goes on and on.\n"
      "From here on\n indented\n\n> quoted\n-- \nsignature\n";
  OutgoingMail out = sample_outgoing();
  out.text = text;
  CHECK(parse_mail(compose_mail(out)).text == text);
}

TEST_CASE("quoted-printable and base64 are read back as they were") {
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    const std::string text = canonical_text(random_text(random, 3000));
    std::string back;
    decode_transfer(encode_quoted_printable(text), TransferEncoding::quoted_printable, back);
    CHECK(back == text);
    back.clear();
    decode_transfer(encode_base64_lines(text), TransferEncoding::base64, back);
    CHECK(back == text);
  }
}
