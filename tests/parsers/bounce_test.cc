#include "parsers/bounce.h"
#include "base/text.h"

#include <doctest/doctest.h>

#include <chrono>

#include "base/text.h"
#include "parsers/bounce_addresses.h"
#include "parsers/bounce_codes.h"
#include "parsers/bounce_text.h"
#include "parsers/classify.h"
#include "parsers/delivery_status.h"
#include "parsers/mime.h"
#include "parsers/report_parts.h"

namespace poller {
namespace {

Verdict verdict(const std::string& raw) { return classify(parse_mail(raw), raw); }

const std::string kFromDaemon = "From: Mail Delivery System <MAILER-DAEMON@mx.example.org>\r\nTo: help@example.com\r\n";

TEST_CASE("status codes are told from addresses and versions") {
  CHECK(find_status_code("550 5.1.1 <a@example.org>... User unknown") == "5.1.1");
  CHECK(find_status_code("no mailbox here (#5.1.1)") == "5.1.1");
  CHECK(find_status_code("5.0.0 first, then 5.2.2") == "5.2.2");
  CHECK(find_status_code("550 5.7.508 too many") == "5.7.508");
  for (const char* text :
       {"host 4.5.6.7", "Internet Mail Service (5.5.2657.72)", "version 4.94.2", "192.0.2.5", "x5.1.1", "5.1", ""}) {
    CAPTURE(text);
    CHECK_FALSE(find_status_code(text));
  }
}

TEST_CASE("reply codes are told from other numbers") {
  CHECK(find_reply_code("Remote host said: 550 no") == 550);
  CHECK(find_reply_code("550-5.1.1 x") == 550);
  CHECK(find_reply_code("smtp;452 4.2.2 full") == 452);
  CHECK(find_reply_code("code 421, later 550 5.1.1 gone") == 550);
  for (const char* text : {"after 500000 bytes", "port 5502", "room 499", "192.0.2.550", "5.1.550", "T-550x"}) {
    CAPTURE(text);
    CHECK_FALSE(find_reply_code(text));
  }
}

TEST_CASE("wording stands in for a status") {
  CHECK(status_by_wording("Sorry, USER UNKNOWN here", false) == "5.1.1");
  CHECK(status_by_wording("Mailbox full", true) == "4.2.2");
  CHECK(status_by_wording("the mailbox is full, user unknown", false) == "5.2.2");
  CHECK(status_by_wording("Domain not found", false) == "5.1.2");
  CHECK(status_by_wording("retry timeout exceeded", false) == "4.4.7");
  CHECK_FALSE(status_by_wording("Hello", false));
}

TEST_CASE("addresses in running text") {
  const auto found = find_addresses("to <anna@example.org>, 'bo@example.net'. smtp=carl@x.example; at @home, x@y");
  REQUIRE(found.size() == 3);
  CHECK(found[0].address == "anna@example.org");
  CHECK(found[0].bracketed);
  CHECK(found[1].address == "bo@example.net");
  CHECK(found[2].address == "carl@x.example");
  CHECK(is_system_address("MAILER-DAEMON@example.org"));
  CHECK_FALSE(is_system_address("maildaemonium@example.org"));
}

TEST_CASE("an address longer than any is cut between characters") {
  const auto repeated = [](const char* piece, int times) {
    std::string out;
    while (times-- > 0) out += piece;
    return out;
  };
  for (const char* piece : {"\u00e9", "\u20ac", "\U0001f600"}) {  // 2, 3 and 4 bytes
    for (const char* shift : {"", "a", "ab", "abc"}) {
      const std::string long_local = repeated(piece, 200) + shift + "@example.org";
      const std::string long_domain = std::string("x@") + shift + "y." + repeated(piece, 200);
      for (const std::string& line : {long_local, long_domain}) {
        const auto found = find_addresses(line);
        REQUIRE(found.size() == 1);
        CHECK(text::is_utf8(found[0].address));
      }
    }
  }
}

TEST_CASE("a diagnostic longer than is read is cut between characters") {
  const auto filler = [](std::size_t bytes, std::size_t shift) {
    std::string out(shift, 'x');
    while (out.size() < bytes) out += "\u20ac";
    return out;
  };
  for (std::size_t shift = 0; shift < 3; ++shift) {
    for (const std::size_t before : {0, 1900, 2600, 3900}) {  // a reply code behind it: what is before is left out
      const std::string raw =
          "From: MAILER-DAEMON@example.com\nSubject: Undelivered Mail Returned to Sender\n"
          "Content-Type: text/plain; charset=utf-8\n\n<jane@example.org>: " +
          filler(before, shift) + " 550 5.1.1 no such user " + filler(6000, 0) + "\n";
      const Verdict result = verdict(raw);
      REQUIRE(result.bounce);
      for (const auto& recipient : result.bounce->recipients) {
        CHECK(text::is_utf8(recipient.address));
        CHECK(text::is_utf8(recipient.diagnostic.value_or("")));
      }
    }
  }
}

TEST_CASE("delivery-status in its broken forms") {
  const DeliveryReport report = read_delivery_status(
      "Reporting-MTA: dns; x\n\nfinal-recipient: RFC822;<a@example.org>\naction: Failed (bad)\nSTATUS: 5.1.1 (no)\n"
      "Diagnostic-Code: smtp; 550\n  folded\n\n\nOriginal-Recipient: rfc822; b@example.org\nFinal-Recipient: "
      "b2@example.org\n"
      "Action: delayed\nStatus: 4.4.1\n\nsome prose: here\nFinal-Recipient: rfc822; c@example.org\nAction: "
      "delivered\nStatus: 2.0.0\n");
  REQUIRE(report.recipients.size() == 3);
  CHECK(report.recipients[0].final_recipient == "a@example.org");
  CHECK(report.recipients[0].action == DeliveryStatus::Action::failed);
  CHECK(report.recipients[0].diagnostic == "550 folded");
  CHECK(report.recipients[1].final_recipient == "b2@example.org");
  CHECK(report.recipients[1].original_recipient == "b@example.org");
  CHECK(report.recipients[1].action == DeliveryStatus::Action::delayed);
  CHECK(report.recipients[2].action == DeliveryStatus::Action::delivered);
}

TEST_CASE("the text before the returned mail names the recipients") {
  const ErrorText text = read_error_text(
      "I could not deliver to these.\n\n<a@example.org>:\nRemote host said: 550 5.1.1 no\n\n<b@example.org>:\nmailbox "
      "full\n\n"
      "--- Below this line is a copy of the message.\n\nTo: c@example.org\n\nc@example.org\n",
      {"help@example.com"});
  REQUIRE(text.recipients.size() == 2);
  CHECK(text.recipients[0].address == "a@example.org");
  CHECK(text.recipients[0].diagnostic == "Remote host said: 550 5.1.1 no");
  CHECK(text.recipients[1].diagnostic == "mailbox full");
  CHECK(text.returned.starts_with("--- Below"));
}

TEST_CASE("a returned header is read however it is quoted") {
  CHECK(field_in_block("X: y\nMessage-Id: <a@b>\n", "message-id") == "<a@b>");
  CHECK(field_in_block("> Message-ID:\n>   <a@b>\n> To: x\n", "Message-ID") == "<a@b>");
  CHECK_FALSE(field_in_block("Message-IDs: <a@b>\n", "Message-ID"));
  CHECK(message_id_in(" <a@b> x") == "a@b");
  CHECK(message_id_in("a@b") == "a@b");
  CHECK_FALSE(message_id_in("none"));
}

TEST_CASE("hard, soft, late and arrived are told apart") {
  const auto report = [](const std::string& action, const std::string& status) {
    return verdict(
        kFromDaemon +
        "Subject: Report\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; "
        "boundary=b\r\n\r\n"
        "--b\r\n\r\nSee below.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        "Final-Recipient: rfc822; a@example.org\r\nAction: " +
        action + "\r\nStatus: " + status + "\r\n\r\n--b--\r\n");
  };
  const Verdict hard = report("failed", "5.1.1");
  CHECK(hard.kind == MailKind::bounce);
  REQUIRE(hard.bounce);
  REQUIRE(hard.bounce->recipients.size() == 1);
  CHECK(hard.bounce->recipients[0].bounce_class == BounceClass::hard);
  const Verdict soft = report("failed", "4.4.7");
  CHECK(soft.kind == MailKind::bounce);
  CHECK(soft.bounce->recipients[0].bounce_class == BounceClass::soft);
  const Verdict late = report("delayed", "4.4.1");
  CHECK(late.kind == MailKind::delivery_report);
  REQUIRE(late.bounce);
  CHECK(late.bounce->recipients[0].bounce_class == BounceClass::soft);
  const Verdict arrived = report("delivered", "2.0.0");
  CHECK(arrived.kind == MailKind::delivery_report);
  CHECK_FALSE(arrived.bounce);
  for (const Verdict* v : {&hard, &soft, &late, &arrived}) CHECK_FALSE(v->may_answer);
}

TEST_CASE("what a report of success or a receipt is about") {
  const auto report = [](const std::string& type, const std::string& fields, const std::string& returned = "") {
    return verdict(kFromDaemon +
                   "Subject: Report\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=" + type +
                   "; boundary=b\r\n\r\n--b\r\n\r\nSee below.\r\n--b\r\nContent-Type: message/" + type + "\r\n\r\n" +
                   fields + "\r\n" + returned + "\r\n--b--\r\n");
  };
  const std::string arrived = "Final-Recipient: rfc822; a@example.org\r\nAction: delivered\r\nStatus: 2.0.0\r\n";
  CHECK_FALSE(report("delivery-status", arrived).reported_message_id);
  CHECK(report("delivery-status", "X-Original-Message-ID: <a@b>\r\n\r\n" + arrived).reported_message_id == "a@b");
  const std::string header = "\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <c@d>\r\n";
  CHECK(report("delivery-status", arrived, header).reported_message_id == "c@d");
  CHECK_FALSE(report("delivery-status", arrived, header).bounce);
  const Verdict failed = report(
      "delivery-status", "Final-Recipient: rfc822; a@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n", header);
  CHECK_FALSE(failed.reported_message_id);
  CHECK(failed.bounce->original_message_id == "c@d");
  const std::string read = "Final-Recipient: rfc822; a@example.org\r\nDisposition: manual-action; displayed\r\n";
  CHECK_FALSE(report("disposition-notification", read).reported_message_id);
  const Verdict receipt = report("disposition-notification", "Original-Message-ID: <e@f>\r\n" + read);
  CHECK(receipt.kind == MailKind::auto_reply);
  CHECK(receipt.reported_message_id == "e@f");
}

TEST_CASE("people who write about bounces are people") {
  const std::string person = "From: Anna <anna@example.org>\r\nTo: help@example.com\r\n";
  const std::string quoted =
      "Hello, I get this all the time, please help:\r\n\r\n<carl@example.net>: host mx.example.net said: 550 5.1.1 "
      "User unknown\r\n";
  CHECK(verdict(person + "Subject: Mail cannot be sent\r\n\r\n" + quoted).kind == MailKind::mail);
  CHECK(verdict(person + "Subject: Re: Undelivered Mail Returned to Sender\r\n\r\n" + quoted).kind == MailKind::mail);
  CHECK(verdict(person + "Subject: Fwd: Undelivered Mail Returned to Sender\r\n\r\n" + quoted).kind == MailKind::mail);
  CHECK(verdict(person + "Subject: Warning: printer is out of paper\r\n\r\nPlease refill.\r\n").kind == MailKind::mail);
  const std::string postmaster = "From: Bo Example <postmaster@example.org>\r\nTo: help@example.com\r\n";
  CHECK(verdict(postmaster + "Subject: Maintenance on Monday\r\n\r\nThe mail server is down from 8 to 9.\r\n").kind ==
        MailKind::mail);
}

TEST_CASE("hostile reports stay quick") {
  std::string many = "Reporting-MTA: dns; x\r\n\r\n";
  for (int i = 0; i < 20000; ++i)
    many += "Final-Recipient: rfc822; a" + std::to_string(i) + "@example.org\r\nAction: failed\r\n\r\n";
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "<b" + std::to_string(i) + "@example.org>:\r\n\r\n";
  const std::string raw = kFromDaemon +
                          "Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
                          "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\n" +
                          text + "\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" + many + "\r\n--b--\r\n";
  const Mail mail = parse_mail(raw);
  const auto start = std::chrono::steady_clock::now();
  const Verdict result = classify(mail, raw);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
  REQUIRE(result.bounce);
  CHECK(result.bounce->recipients.size() <= 1000);
}

}  // namespace
}  // namespace poller
