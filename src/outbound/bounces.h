// Bounces of our own mail.
#pragma once

#include <string>
#include <vector>

#include "intake/after_commit.h"
#include "outbound/occasion.h"

namespace poller::outbound {

/// When the bounce names a mail that we sent, to an address that we sent it to, and its sender did not fail
/// authentication: the message's state tells, a note stands on its ticket, the agents are told, and a hard one mutes
/// automatic mail to the address for 60 days. A bounce of a notice to an agent, or of an operator's alert, sets off no
/// mail at all: it would bounce again. The reasons for `explain`; none for any other bounce.
std::vector<std::string> note_bounce(const Occasion& at, const StoredMail& stored);

/// What our own server said at once, without a bounce: it has refused the row's mail for some recipients, or
/// altogether. A note stands on its ticket, and the agents are told. `lines`: one for each recipient, or what the
/// server said.
void note_refusal(const Occasion& at, const config::Mailbox& mailbox, const OutboxRow& row,
                  const std::vector<std::string>& lines);

}  // namespace poller::outbound
