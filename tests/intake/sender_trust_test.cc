// What the receiving service's words about a sender are worth: the verdict on a mail.
#include "intake/sender_trust.h"

#include <doctest/doctest.h>

#include "letter.h"
#include "parsers/mime.h"

namespace poller {
namespace {

using test::kFailed;
using test::kPassed;
using test::Letter;

SenderFinding judge(const std::vector<std::string>& lines, config::Mailbox mailbox) {
  Letter letter;
  letter.above = lines;
  return judge_sender(parse_mail(letter.text()), mailbox);
}

config::Mailbox named_server() {
  config::Mailbox mailbox;
  mailbox.trust.authserv_id = "mx.contoso.com";
  return mailbox;
}

config::Mailbox microsoft() {
  config::Mailbox mailbox;
  mailbox.preset = config::Preset::microsoft365;
  return mailbox;
}

}  // namespace

TEST_CASE("the verdict is the topmost of the server that was named") {
  const auto ours = named_server();
  CHECK(judge({}, ours).trust == SenderTrust::none);
  CHECK(judge({kPassed}, ours).trust == SenderTrust::pass);
  CHECK(judge({kFailed}, ours).trust == SenderTrust::fail);
  CHECK(judge({kFailed, kPassed}, ours).trust == SenderTrust::fail);
  CHECK(judge({"Authentication-Results: evil.example; dmarc=pass", kFailed}, ours).trust == SenderTrust::fail);
  CHECK(judge({"Authentication-Results: mx.contoso.com.evil.example; dmarc=pass"}, ours).trust == SenderTrust::none);
  CHECK(judge({"Authentication-Results: dmarc=pass; compauth=pass"}, ours).trust == SenderTrust::none);
  CHECK(judge({"Authentication-Results: mx.contoso.com; dmarc=temperror"}, ours).trust == SenderTrust::none);
  CHECK(judge({"Authentication-Results: MX.contoso.com 1; spf=fail; dmarc=pass"}, ours).trust == SenderTrust::pass);
  CHECK(judge({"ARC-Authentication-Results: i=1; mx.contoso.com; dmarc=pass"}, ours).trust == SenderTrust::none);
  CHECK(judge({kPassed}, config::Mailbox()).trust == SenderTrust::none);
}

TEST_CASE("a parenthesis in the sender's own words hides no fail, and what is broken passes nobody") {
  const auto ours = named_server();
  const auto verdict = [&](const std::string& rest) {
    return judge({"Authentication-Results: mx.contoso.com; " + rest}, ours).trust;
  };
  CHECK(verdict("spf=pass smtp.mailfrom=a(b@evil.example; dmarc=fail header.from=contoso.com") == SenderTrust::fail);
  CHECK(verdict("spf=pass smtp.mailfrom=\"a@evil.example; DMARC/1 = fail") == SenderTrust::fail);
  CHECK(verdict("spf=pass smtp.mailfrom=\"a@evil.example; dmarc=none") == SenderTrust::none);
  CHECK(verdict("dmarc=pass; spf=pass smtp.mailfrom=a(b@evil.example") == SenderTrust::none);
  std::string many;
  for (int i = 0; i < 300; ++i) many += "dkim=pass header.d=evil.example; ";
  CHECK(verdict(many + "dmarc=fail") == SenderTrust::fail);
  CHECK(verdict(std::string(20'000, 'x') + "=y; dmarc=fail") == SenderTrust::fail);
  CHECK(judge({"Authentication-Results: spf=pass smtp.mailfrom=a(b@c; compauth=fail reason=000"}, microsoft()).trust ==
        SenderTrust::fail);
}

TEST_CASE(
    "a fail in other words, or beside a pass, is a fail; a top-level domain is nobody's; an address is about its "
    "domain") {
  const auto ours = named_server();
  const auto verdict = [&](const std::string& rest) {
    return judge({"Authentication-Results: mx.contoso.com; " + rest}, ours).trust;
  };
  for (const char* word : {"fail", "hardfail", "reject", "quarantine"}) {
    CHECK_MESSAGE(verdict(std::string("dmarc=") + word) == SenderTrust::fail, word);
  }
  CHECK(verdict("dmarc=permerror") == SenderTrust::none);
  CHECK(verdict("dmarc=pass header.from=example.com; dmarc=fail header.from=example.com") == SenderTrust::fail);
  CHECK(verdict("dmarc=pass header.from=com") == SenderTrust::fail);
  CHECK(verdict("dmarc=pass header.from=<ann@example.com>") == SenderTrust::pass);
  CHECK(verdict("dmarc=pass header.from=ann@example.com") == SenderTrust::pass);
  CHECK(verdict("dmarc=pass header.from=ann@evil.example") == SenderTrust::fail);
}

TEST_CASE("a pass about another domain than From's is a fail") {
  const auto ours = named_server();
  CHECK(judge({"Authentication-Results: mx.contoso.com; dmarc=pass header.from=evil.example"}, ours).trust ==
        SenderTrust::fail);
  CHECK(judge({"Authentication-Results: mx.contoso.com; dmarc=pass header.from=mail.example.com"}, ours).trust ==
        SenderTrust::pass);
}

TEST_CASE("a pass about an internationalised domain is held against From's in either spelling") {
  const auto verdict = [](const std::string& judged, const std::string& from) {
    Letter letter;
    letter.from = "ann@" + from;
    letter.above = {"Authentication-Results: mx.contoso.com; dmarc=pass header.from=" + judged};
    return judge_sender(parse_mail(letter.text()), named_server()).trust;
  };
  CHECK(verdict("xn--bcher-kva.example", "b\u00fccher.example") == SenderTrust::pass);
  CHECK(verdict("b\u00fccher.example", "xn--bcher-kva.example") == SenderTrust::pass);
  CHECK(verdict("b\u00fccher.example", "mail.b\u00fccher.example") == SenderTrust::pass);
  CHECK(verdict("evil.example", "b\u00fccher.example") == SenderTrust::fail);
  CHECK(verdict("m\u00fcller.example", "b\u00fccher.example") == SenderTrust::fail);
}

TEST_CASE("Microsoft's form bears no id; compauth decides before dmarc") {
  const auto results = [](const std::string& what) {
    return judge({"Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.com; " + what},
                 microsoft());
  };
  CHECK(results("dmarc=pass action=none header.from=example.com;compauth=pass reason=100").trust == SenderTrust::pass);
  CHECK(results("dmarc=fail action=none header.from=example.com;compauth=fail reason=000").trust == SenderTrust::fail);
  CHECK(results("dmarc=fail action=none header.from=example.com;compauth=pass reason=130").trust == SenderTrust::pass);
  CHECK(results("dmarc=bestguesspass action=none header.from=example.com").trust == SenderTrust::pass);
  CHECK(results("dmarc=none action=none header.from=example.com;compauth=none reason=405").trust == SenderTrust::none);
  CHECK(judge({kPassed}, microsoft()).trust == SenderTrust::none);
}

TEST_CASE("AuthAs Internal is a pass at Microsoft alone, where nothing else speaks, and can be turned off") {
  const std::string internal = "X-MS-Exchange-Organization-AuthAs: Internal";
  const std::string failed = "Authentication-Results: spf=fail; dmarc=fail action=none header.from=example.com";
  CHECK(judge({internal}, microsoft()).trust == SenderTrust::pass);
  CHECK(judge({failed, internal}, microsoft()).trust == SenderTrust::fail);
  CHECK(judge({internal, "X-MS-Exchange-Organization-AuthAs: Anonymous"}, microsoft()).trust == SenderTrust::none);
  CHECK(judge({"X-MS-Exchange-CrossTenant-AuthAs: Internal"}, microsoft()).trust == SenderTrust::none);
  CHECK(judge({internal}, named_server()).trust == SenderTrust::none);
  auto off = microsoft();
  off.trust.internal = false;
  CHECK(judge({internal}, off).trust == SenderTrust::none);
}

}  // namespace poller
