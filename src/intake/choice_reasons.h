// What `explain` says beside the signals of a mail: what was looked for in vain, and why its sender is a stranger.
#pragma once

#include "config/config.h"
#include "intake/place.h"

namespace poller {

/// Adds "not-found:…" where nothing in the mail names a ticket though it refers to other mails, and "sender:…" where
/// the sender is taken for a stranger whatever the ticket knows of his address.
void add_choice_reasons(const config::Config& config, const Mail& mail, Target& target);

/// Whether the reason is one of those, or a signal as it was weighed: what was found, not what came of it.
bool says_what_was_found(const std::string& reason);

}  // namespace poller
