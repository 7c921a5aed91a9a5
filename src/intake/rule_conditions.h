// One condition of a rule, compiled.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/config.h"
#include "intake/rules.h"
#include "lib/re2/pattern.h"

namespace poller {

class CompiledCondition {
 public:
  /// Throws Error(configuration) with file:line:column.
  explicit CompiledCondition(const config::RuleCondition& condition);

  [[nodiscard]] bool holds(const Mail& mail, const Verdict& verdict, const RuleContext& context) const;

 private:
  [[nodiscard]] bool in_address(const Address& address) const;
  [[nodiscard]] bool in_addresses(const std::vector<Address>& addresses) const;
  [[nodiscard]] bool in_header(const Mail& mail) const;
  [[nodiscard]] bool in_attachments(const Mail& mail) const;

  config::RuleCondition condition_;
  std::optional<re2::Pattern> pattern_;  // nothing for "size"
  std::uint64_t size_ = 0;
};

}  // namespace poller
