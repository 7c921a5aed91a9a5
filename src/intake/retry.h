// A mail in quarantine whose bytes are all here: tried again.
#pragma once

#include "intake/commit.h"

namespace poller {

/// `max_size` 0: the mailbox's. Outcome quarantined: it failed again and stays where it is. Never throws for a bad
/// mail.
MailEvent retry_stored(Store& store, const config::Config& config, const QuarantineRow& row, const Clock& clock,
                       std::uint64_t max_size);

}  // namespace poller
