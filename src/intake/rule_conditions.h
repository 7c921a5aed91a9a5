// One condition of a rule, compiled.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/config.h"
#include "intake/rules.h"
#include "intake/sender_list.h"
#include "lib/re2/pattern.h"
#include "lib/re2/pattern_screen.h"

namespace poller {

/// What is wrong with a condition's pattern; nothing where RE2 takes it.
std::optional<std::string> find_pattern_fault(const config::RuleCondition& condition);

/// One mail's body, looked through for all patterns together at the first question.
class BodyScreen {
 public:
  BodyScreen(const re2::PatternScreen& screen, const std::string& text) : screen_(screen), text_(text) {}
  [[nodiscard]] bool may_hold(std::size_t pattern);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  const re2::PatternScreen& screen_;
  const std::string& text_;
  std::optional<std::vector<bool>> may_;
};

class CompiledCondition {
 public:
  /// `number`: of a "body" condition among those of all rules. Throws Error(configuration) with file:line:column.
  explicit CompiledCondition(const config::RuleCondition& condition, std::size_t number = 0);

  [[nodiscard]] bool holds(const Mail& mail, const Verdict& verdict, const RuleContext& context,
                           BodyScreen& body) const;

 private:
  [[nodiscard]] bool in_address(const Address& address) const;
  [[nodiscard]] bool in_addresses(const std::vector<Address>& addresses) const;
  [[nodiscard]] bool in_header(const Mail& mail) const;
  [[nodiscard]] bool in_attachments(const Mail& mail) const;

  config::RuleCondition condition_;
  std::optional<re2::Pattern> pattern_;  // nothing for "size" and "from_list"
  std::optional<SenderList> list_;       // of "from_list"
  std::uint64_t size_ = 0;
  std::size_t number_ = 0;
};

}  // namespace poller
