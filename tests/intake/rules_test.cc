#include "intake/rules.h"

#include <doctest/doctest.h>

#include <chrono>

#include "base/error.h"

using namespace poller;

namespace {

config::Rule rule_when(std::vector<config::RuleCondition> when) {
  config::Rule rule;
  rule.when = std::move(when);
  rule.place = {"poller.yaml", 7, 3};
  return rule;
}

Mail invoice_mail() {
  Mail mail;
  mail.from = Address{"Ann", "ann@example.com"};
  mail.subject = "Your INVOICE";
  mail.text = "see below";
  mail.size = 2000;
  mail.fields = {{"x-spam-flag", "YES"}};
  return mail;
}

RuleOutcome outcome(std::vector<config::Rule> rules, const Mail& mail = invoice_mail()) {
  return Rules(std::move(rules)).apply(mail, {}, {"support", ""});
}

}  // namespace

TEST_CASE("all conditions must hold, and the first that does not is named") {
  auto rule = rule_when({{"from", {}, "@example\\.com$", {}}, {"subject", {}, "(?i)invoice", {}}});
  rule.queue = "billing";
  CHECK(outcome({rule}).queue == "billing");
  CHECK(outcome({rule}).reasons == std::vector<std::string>{"rule:1 (poller.yaml:7): queue=billing"});
  rule.when[1].pattern = "invoice";
  const auto missed = outcome({rule});
  CHECK_FALSE(missed.queue);
  CHECK(missed.reasons.empty());
  CHECK(missed.verdicts.at(0).failed == std::size_t{1});
}

TEST_CASE("a header's name has no case; sizes compare; an address that only ends otherwise is no match") {
  CHECK(outcome({rule_when({{"header", "X-Spam-Flag", "(?i)^yes", {}}})}).verdicts[0].hit);
  CHECK_FALSE(outcome({rule_when({{"header", "X-Spam", "(?i)^yes", {}}})}).verdicts[0].hit);
  CHECK(outcome({rule_when({{"size", {}, ">1999", {}}})}).verdicts[0].hit);
  CHECK_FALSE(outcome({rule_when({{"size", {}, ">2KB", {}}})}).verdicts[0].hit);
  CHECK(outcome({rule_when({{"size", {}, "< 2KiB", {}}})}).verdicts[0].hit);
  CHECK_FALSE(outcome({rule_when({{"size", {}, ">1MB", {}}})}).verdicts[0].hit);
  CHECK(outcome({rule_when({{"size", {}, "<1MB", {}}})}).verdicts[0].hit);
  CHECK_FALSE(outcome({rule_when({{"from", {}, "@example\\.org$", {}}})}).verdicts[0].hit);
  CHECK(outcome({rule_when({{"mailbox", {}, "^support$", {}}, {"kind", {}, "^mail$", {}}})}).verdicts[0].hit);
}

TEST_CASE("a later rule's word counts, tags add up, stop ends it") {
  auto first = rule_when({});
  first.priority = "low";
  first.tags = {"a", "b"};
  auto second = rule_when({});
  second.priority = "high";
  second.tags = {"b", "c"};
  second.stop = true;
  auto third = rule_when({});
  third.drop = true;
  const auto out = outcome({first, second, third});
  CHECK(out.priority == "high");
  CHECK(out.tags == std::vector<std::string>{"a", "b", "c"});
  CHECK_FALSE(out.drop);
  CHECK_FALSE(out.verdicts.at(2).tried);
}

TEST_CASE("a broken pattern is a configuration error with its place") {
  try {
    Rules({rule_when({{"body", {}, "a(b", {"poller.yaml", 9, 21}}})});
    FAIL("compiled");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::configuration);
    CHECK(std::string(error.what()).starts_with("poller.yaml:9:21: "));
  }
}

TEST_CASE("a hundred rules on a body of a megabyte") {
  std::vector<config::Rule> rules;
  for (int i = 0; i < 100; ++i) {
    rules.push_back(rule_when({{"body", {}, "(?i)(fox|aaa).{0,6}(b+)+z" + std::to_string(i), {}}}));
  }
  const Rules compiled(std::move(rules));
  Mail mail;
  while (mail.text.size() < 1'000'000) mail.text += "aaaa bbbb the quick brown fox ";
  const auto start = std::chrono::steady_clock::now();
  CHECK(compiled.apply(mail, {}, {}).reasons.empty());
  const auto took = std::chrono::steady_clock::now() - start;
  MESSAGE("ms: " << std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
  CHECK(took < std::chrono::seconds(20));  // a guard against what is not linear; the debug build measures nothing else
}
