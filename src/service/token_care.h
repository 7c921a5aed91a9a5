// Looks after the grants while mailboxes rest, and tells of their end in time.
#pragma once

#include <vector>

#include "config/config.h"
#include "oauth/token_source.h"
#include "oauth/token_status.h"

namespace poller {

/// Writes to the log what ends soon and was not said before (14, 7, 3 and 1 days before a refresh token or a client
/// secret ends), and returns it, for alerts.
std::vector<oauth::ExpiryWarning> warn_of_ends(const config::Config& config,
                                               const std::vector<oauth::TokenStatus>& statuses);

/// Refreshes every grant that has rested for a week and says what ends soon. Never throws.
void look_after_tokens(const config::Config& config, oauth::TokenSources& tokens) noexcept;

}  // namespace poller
