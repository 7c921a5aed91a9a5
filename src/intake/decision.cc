#include "intake/decision.h"

#include <fmt/format.h>

#include "base/text.h"

namespace poller {

namespace {

std::string signal_json(const WeighedSignal& s) {
  return fmt::format(R"({{"signal":{},"value":{},"ticket":{},"number":{},"who":{},"action":{},"refused":{}}})",
                     text::json_string(s.signal), text::json_string(s.value),
                     s.ticket == 0 ? "null" : fmt::to_string(s.ticket), text::json_string(s.number),
                     text::json_string(s.role), text::json_string(s.action), text::json_string(s.refused));
}

std::string trust_json(const TrustRecord& trust) {
  std::string signals;
  for (const auto& signal : trust.signals) {
    if (!signals.empty()) signals += ',';
    signals += signal_json(signal);
  }
  return fmt::format(R"({{"verdict":{},"verdict_why":{},"signals":[{}],"flagged":{},"linked_to":{}}})",
                     text::json_string(trust.verdict), text::json_string(trust.verdict_why), signals, trust.flagged,
                     trust.linked_to ? fmt::to_string(*trust.linked_to) : "null");
}

}  // namespace

std::string decision_json(const Placement& placement) {
  std::string reasons;
  for (const auto& reason : placement.reasons) {
    if (!reasons.empty()) reasons += ',';
    reasons += text::json_string(reason);
  }
  return fmt::format(R"({{"outcome":"{}","is_new_ticket":{},"kind":"{}","queue":{},"trust":{},"reasons":[{}]}})",
                     to_string(placement.outcome), placement.is_new_ticket, to_string(placement.kind),
                     text::json_string(placement.queue), trust_json(placement.trust), reasons);
}

bool says_new_ticket(std::string_view decision) {
  return decision.find(R"("is_new_ticket":true)") != std::string_view::npos;
}

bool says_flagged(std::string_view decision) { return decision.find(R"("flagged":true)") != std::string_view::npos; }

bool says_failed(std::string_view decision) { return decision.find(R"("verdict":"fail")") != std::string_view::npos; }

bool is_about_signal(const std::string& reason) {
  if (reason.starts_with("recipient:")) return false;
  return reason.find(" -> ") != std::string::npos || reason.find(": refused: ") != std::string::npos;
}

bool says_rule(std::string_view decision) {
  return decision.find(R"(["rule:)") != std::string_view::npos || decision.find(R"(,"rule:)") != std::string_view::npos;
}

}  // namespace poller
