#include "service/token_care.h"

#include "base/log.h"
#include "oauth/said_warnings.h"

namespace poller {

std::vector<oauth::ExpiryWarning> warn_of_ends(const config::Config& config,
                                               const std::vector<oauth::TokenStatus>& statuses) {
  auto fresh = oauth::take_unsaid(config.vault_path, oauth::expiry_warnings(statuses));
  for (const oauth::ExpiryWarning& w : fresh) {
    log::warning(w.text, {{"mailbox", w.mailbox}, {"days_left", w.days_left}, {"advice", w.advice}});
  }
  return fresh;
}

void look_after_tokens(const config::Config& config, oauth::TokenSources& tokens) noexcept {
  try {
    tokens.keep_alive();
    warn_of_ends(config, oauth::token_status(config, system_clock().unix_now()));
  } catch (const std::exception& error) {
    log::warning("the tokens cannot be looked after", {{"error", error.what()}});
  }
}

}  // namespace poller
