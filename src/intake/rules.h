// The configuration's rules, compiled once, tried on each new mail. Patterns are RE2: linear in the text.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "model/mail.h"
#include "model/verdict.h"

namespace poller {

/// What a mail's own bytes do not say but conditions may ask for.
struct RuleContext {
  std::string mailbox;
  std::string trust;              // the word the threading has for the sender's trust; empty: none
  std::string organisation = {};  // filled in by Rules::apply()
};

/// One rule's verdict on one mail.
struct RuleVerdict {
  std::size_t rule = 0;  // index in Config::rules
  bool tried = true;     // false: an earlier rule had `stop`
  bool hit = false;
  std::optional<std::size_t> failed;  // index in Rule::when of the first condition that does not hold
};

/// What the rules that hit ask for, together: a later rule's word counts, tags add up, each once, in the order they
/// were asked for.
struct RuleOutcome : config::RuleActions {
  std::vector<std::string> reasons;   // "rule:2 (poller.yaml:14): queue=billing drop", one for each rule that hit
  std::vector<RuleVerdict> verdicts;  // one for each rule, in order
};

/// A pattern that is not RE2's, or asks for too much memory; a list that cannot be read.
struct RuleFault {
  config::Place place;
  std::string text;
};

/// In the configuration's words: "queue=billing priority=high".
std::string describe_actions(const config::RuleActions& actions);
/// What a rule does; "stop" is one of its words.
std::string describe_rule(const config::Rule& rule);

/// Every one there is, in the order of the rules.
std::vector<RuleFault> find_rule_faults(const std::vector<config::Rule>& rules);

/// Patterns that fit none of the words that can stand there ("kind: bounze"): the rule never hits.
std::vector<RuleFault> find_rule_doubts(const config::Config& config);

/// Safe to use from several threads at once.
class Rules {
 public:
  /// Throws Error(configuration) with file:line:column for a pattern that is not RE2's, or a list that cannot be read.
  /// Lists are read here, once.
  explicit Rules(std::vector<config::Rule> rules, const std::vector<config::Organisation>& organisations = {});
  explicit Rules(const config::Config& config) : Rules(config.rules, config.organisations) {}
  Rules(Rules&& other) noexcept;
  Rules& operator=(Rules&& other) noexcept;
  ~Rules();

  [[nodiscard]] RuleOutcome apply(const Mail& mail, const Verdict& verdict, const RuleContext& context) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace poller
