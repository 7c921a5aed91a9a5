#include "intake/choice_reasons.h"

#include <fmt/format.h>

#include <algorithm>

#include "intake/decision.h"
#include "intake/sender_trust.h"

namespace poller {
namespace {

constexpr std::size_t kMostNamed = 5;

constexpr std::string_view kNotFound = "not-found:";
constexpr std::string_view kSender = "sender:";

// In-Reply-To and References, newest first, each once.
std::vector<std::string> ids_looked_for(const Mail& mail) {
  std::vector<std::string> ids = mail.in_reply_to;
  ids.insert(ids.end(), mail.references.rbegin(), mail.references.rend());
  std::vector<std::string> out;
  for (std::string& id : ids) {
    if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(std::move(id));
  }
  return out;
}

std::string not_found(const std::vector<std::string>& ids) {
  std::string out(kNotFound);
  for (std::size_t i = 0; i < std::min(ids.size(), kMostNamed); ++i) out += (i == 0 ? "<" : ", <") + ids[i] + ">";
  if (ids.size() > kMostNamed) out += fmt::format(" and {} more", ids.size() - kMostNamed);
  return out;
}

std::string why_stranger(const config::Config& config, const Mail& mail, const Target& target) {
  if (!mail.from || mail.from->address.find('@') == std::string::npos) return "the mail names no sender";
  if (has_several_senders(mail)) return "From names several addresses, so nobody can tell whose mail it is";
  if (config::is_own_address(config, mail.from->address) && target.sender.trust != SenderTrust::pass) {
    return fmt::format("{} is an address of our own, and no verdict says that the mail really comes from there",
                       mail.from->address);
  }
  return {};
}

}  // namespace

void add_choice_reasons(const config::Config& config, const Mail& mail, Target& target) {
  const auto& signals = target.trust.signals;
  const bool is_stranger = std::any_of(signals.begin(), signals.end(), [](const WeighedSignal& signal) {
    return signal.ticket != 0 && signal.role == to_string(SenderRole::stranger);
  });
  if (is_stranger) {
    const std::string why = why_stranger(config, mail, target);
    if (!why.empty()) target.reasons.push_back(std::string(kSender) + why);
  }
  if (!signals.empty()) return;
  const auto ids = ids_looked_for(mail);
  if (!ids.empty()) target.reasons.push_back(not_found(ids));
}

bool says_what_was_found(const std::string& reason) {
  return is_about_signal(reason) || reason.starts_with(kNotFound) || reason.starts_with(kSender);
}

}  // namespace poller
