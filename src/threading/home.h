// Where a mail of ours stands now.
#pragma once

#include <string>

#include "storage/store.h"
#include "threading/message_id.h"

namespace poller {

/// The ticket that the mail of this id (without angle brackets, its token verified) belongs to: not always the one that
/// the token names, since messages are moved (split, merge). 0: the token names none.
TicketId home_of(Store& store, const std::string& id, const MessageToken& token);

}  // namespace poller
