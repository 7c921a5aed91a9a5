// What is done to mails on the server once they are durable here.
#pragma once

#include <cstdint>
#include <vector>

#include "mailbox/imap/session.h"
#include "mailbox/mailbox.h"

namespace poller::imap {

/// Throws Error(configuration) when the server cannot do `action` safely. Nothing is changed.
void check_action(Session& session, const SettleAction& action);

/// UID STORE, UID MOVE, or COPY with a deletion of just these UIDs. UIDs that are gone are no error.
void settle_uids(Session& session, std::vector<std::uint32_t> uids, const SettleAction& action);

}  // namespace poller::imap
