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

/// The end of a pass: where deletions take effect with the session's end (POP3), ends it and notes what the server
/// confirmed. A session that breaks before leaves the ledger as it was: the next pass deletes again.
void finish_settling(Store& store, Mailbox& session, const std::optional<Lease>& lease);

}  // namespace poller
