// Bounces of our own mail.
#pragma once

#include <string>

#include "intake/after_commit.h"

namespace poller::outbound {

/// When the bounce names a mail that we sent, to an address that we sent it to: the message's state tells, a note
/// stands on its ticket, the agents are told, and a hard one mutes automatic answers to the address for 60 days. The
/// reason for `explain`; empty for any other bounce.
std::string note_bounce(Store& store, Transaction& tx, const config::Config& config, const StoredMail& stored,
                        UnixTime now);

}  // namespace poller::outbound
