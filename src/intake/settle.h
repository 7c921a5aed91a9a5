// After the commit: tell the server.
#pragma once

#include <optional>

#include "config/config.h"
#include "mailbox/mailbox.h"
#include "storage/store.h"

namespace poller {

/// The configured word as what a session does.
SettleAction action_of(const config::After& after);

/// Applies `after` on the server to every mail that is committed and not yet settled, of this pass or an earlier one
/// that was cut off, then notes in the ledger that it was done. Safe to repeat: a mail that is gone from the server is
/// no error.
void settle_owed(Store& store, const config::Mailbox& mailbox, Mailbox& session, const std::optional<Lease>& lease);

}  // namespace poller
