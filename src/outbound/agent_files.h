// What of an agent's mail goes on to the customer beside its text.
#pragma once

#include <vector>

#include "intake/after_commit.h"
#include "outbound/draft.h"

namespace poller::outbound {

/// Every file, whatever its disposition, but the pictures of the agent's signature and of what he quotes, and a
/// cryptographic signature, which is about his own mail. `is_bare`: there is no text to go with them.
std::vector<OutgoingFile> files_to_send_on(Store& store, const StoredMail& stored, const Ticket& ticket, bool is_bare);

}  // namespace poller::outbound
