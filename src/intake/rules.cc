#include "intake/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "intake/rule_conditions.h"
#include "intake/sender_list.h"
#include "intake/trust_table.h"

namespace poller {
namespace {

void take_word(std::optional<std::string>& into, const std::optional<std::string>& word) {
  if (word) into = word;
}

void add_rule(const config::Rule& rule, std::size_t index, RuleOutcome& out) {
  take_word(out.queue, rule.queue);
  take_word(out.status, rule.status);
  take_word(out.priority, rule.priority);
  take_word(out.requester, rule.requester);
  take_word(out.assignee, rule.assignee);
  for (const std::string& tag : rule.tags) {
    if (std::find(out.tags.begin(), out.tags.end(), tag) == out.tags.end()) out.tags.push_back(tag);
  }
  out.drop = out.drop || rule.drop;
  out.quarantine = out.quarantine || rule.quarantine;
  out.no_answer = out.no_answer || rule.no_answer;
  out.reasons.push_back(
      fmt::format("rule:{} ({}:{}): {}", index + 1, rule.place.file, rule.place.line, describe_rule(rule)));
}

std::vector<std::string> body_patterns(const std::vector<config::Rule>& rules) {
  std::vector<std::string> out;
  for (const config::Rule& rule : rules) {
    for (const config::RuleCondition& condition : rule.when) {
      if (condition.subject == "body") out.push_back(condition.pattern);
    }
  }
  return out;
}

// What can stand in a condition's place, where that is known; nothing where it is anybody's words.
std::optional<std::vector<std::string>> words_of_condition(const config::RuleCondition& condition,
                                                           const config::Config& config) {
  std::vector<std::string> words;
  if (condition.subject == "kind") {
    for (const MailKind kind : {MailKind::mail, MailKind::auto_reply, MailKind::bounce, MailKind::delivery_report,
                                MailKind::feedback_report, MailKind::calendar, MailKind::list}) {
      words.emplace_back(to_string(kind));
    }
  } else if (condition.subject == "trust") {
    for (const SenderTrust trust : {SenderTrust::pass, SenderTrust::none, SenderTrust::fail}) {
      words.emplace_back(to_string(trust));
    }
  } else if (condition.subject == "mailbox") {
    for (const auto& mailbox : config.mailboxes) words.push_back(mailbox.name);
  } else if (condition.subject == "organisation") {
    for (const auto& organisation : config.organisations) words.push_back(organisation.name);
  } else {
    return std::nullopt;
  }
  return words;
}

std::string some_of(const std::vector<std::string>& words) {
  constexpr std::size_t kMost = 10;
  std::string out;
  for (std::size_t i = 0; i < std::min(words.size(), kMost); ++i) out += (i == 0 ? "" : ", ") + words[i];
  return words.size() > kMost ? out + ", …" : out;
}

}  // namespace

std::string describe_actions(const config::RuleActions& actions) {
  std::string out;
  const auto add = [&out](std::string_view what) { out.append(out.empty() ? "" : " ").append(what); };
  const auto add_set = [&](const char* key, const std::optional<std::string>& word) {
    if (word) add(fmt::format("{}={}", key, *word));
  };
  add_set("queue", actions.queue);
  add_set("status", actions.status);
  add_set("priority", actions.priority);
  add_set("requester", actions.requester);
  add_set("assignee", actions.assignee);
  for (const std::string& tag : actions.tags) add("tag=" + tag);
  if (actions.drop) add("drop");
  if (actions.quarantine) add("quarantine");
  if (actions.no_answer) add("no_answer");
  return out;
}

std::string describe_rule(const config::Rule& rule) {
  std::string out = describe_actions(rule);
  if (rule.stop) out += out.empty() ? "stop" : " stop";
  return out;
}

struct Rules::Impl {
  std::vector<config::Rule> rules;
  std::vector<std::vector<CompiledCondition>> conditions;  // of each rule, as in Rule::when
  re2::PatternScreen body_screen{{}};
  Organisations organisations;
};

Rules::Rules(std::vector<config::Rule> rules, const std::vector<config::Organisation>& organisations)
    : impl_(std::make_unique<Impl>()) {
  impl_->organisations = Organisations(organisations);
  std::size_t bodies = 0;
  for (const config::Rule& rule : rules) {
    auto& compiled = impl_->conditions.emplace_back();
    for (const config::RuleCondition& condition : rule.when) {
      compiled.emplace_back(condition, bodies);
      if (condition.subject == "body") ++bodies;
    }
  }
  impl_->body_screen = re2::PatternScreen(body_patterns(rules));
  impl_->rules = std::move(rules);
}
Rules::Rules(Rules&& other) noexcept = default;
Rules& Rules::operator=(Rules&& other) noexcept = default;
Rules::~Rules() = default;

RuleOutcome Rules::apply(const Mail& mail, const Verdict& verdict, const RuleContext& given) const {
  RuleOutcome out;
  RuleContext context = given;
  if (mail.from) context.organisation = impl_->organisations.of(mail.from->address);
  if (!context.organisation.empty()) out.reasons.push_back("organisation:" + context.organisation);
  BodyScreen body(impl_->body_screen, mail.text);
  bool stopped = false;
  for (std::size_t i = 0; i < impl_->rules.size(); ++i) {
    RuleVerdict& result = out.verdicts.emplace_back();
    result.rule = i;
    result.tried = !stopped;
    if (stopped) continue;
    const auto& when = impl_->conditions[i];
    const auto failed = std::find_if(when.begin(), when.end(), [&](const CompiledCondition& condition) {
      return !condition.holds(mail, verdict, context, body);
    });
    result.hit = failed == when.end();
    if (!result.hit) {
      result.failed = static_cast<std::size_t>(failed - when.begin());
      continue;
    }
    add_rule(impl_->rules[i], i, out);
    stopped = impl_->rules[i].stop;
  }
  return out;
}

std::vector<RuleFault> find_rule_faults(const std::vector<config::Rule>& rules) {
  std::vector<RuleFault> faults;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    for (const config::RuleCondition& condition : rules[i].when) {
      if (const auto fault = find_pattern_fault(condition)) {
        faults.push_back({condition.place, fmt::format("rules[#{}].when.{}: {}", i + 1, condition.subject, *fault)});
      }
    }
  }
  return faults;
}

std::vector<RuleFault> find_rule_doubts(const config::Config& config) {
  std::vector<RuleFault> doubts;
  for (std::size_t i = 0; i < config.rules.size(); ++i) {
    for (const config::RuleCondition& condition : config.rules[i].when) {
      const auto words = words_of_condition(condition, config);
      if (!words || find_pattern_fault(condition)) continue;
      const re2::Pattern pattern(condition.pattern);
      if (std::any_of(words->begin(), words->end(), [&](const auto& word) { return pattern.found_in(word); })) continue;
      doubts.push_back({condition.place, fmt::format("rules[#{}].when.{}: \"{}\" fits none of {}: the rule never hits",
                                                     i + 1, condition.subject, text::escape_controls(condition.pattern),
                                                     words->empty() ? "(there are none)" : some_of(*words))});
    }
  }
  return doubts;
}

}  // namespace poller
