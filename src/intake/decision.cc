#include "intake/decision.h"

#include <fmt/format.h>

#include "base/text.h"

namespace poller {

std::string decision_json(const Placement& placement) {
  std::string reasons;
  for (const auto& reason : placement.reasons) {
    if (!reasons.empty()) reasons += ',';
    reasons += text::json_string(reason);
  }
  return fmt::format(R"({{"outcome":"{}","is_new_ticket":{},"kind":"{}","queue":{},"reasons":[{}]}})",
                     to_string(placement.outcome), placement.is_new_ticket, to_string(placement.kind),
                     text::json_string(placement.queue), reasons);
}

}  // namespace poller
