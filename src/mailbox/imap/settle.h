// What is done to mails on the server once they are durable here.
#pragma once

#include <cstdint>
#include <vector>

#include "mailbox/imap/session.h"
#include "mailbox/mailbox.h"

namespace poller::imap {

/// Mailbox::check().
bool check_action(Session& session, const SettleAction& action, bool may_make_folder);

/// UID STORE, UID MOVE, or COPY with a deletion of just these UIDs. UIDs that are gone are no error.
void settle_uids(Session& session, std::vector<std::uint32_t> uids, const SettleAction& action);

}  // namespace poller::imap
