// Who writes, seen from a ticket.
#pragma once

#include "config/config.h"
#include "intake/trust_table.h"
#include "model/mail.h"
#include "model/ticket.h"
#include "storage/store.h"

namespace poller {

/// By From alone. One of our own addresses is an agent's where the sender is verified, a stranger's otherwise; a From
/// of several addresses is a stranger's.
SenderRole role_of(Store& store, const config::Config& config, const Ticket& ticket, const Mail& mail,
                   SenderTrust trust);

/// Whether the address is the ticket's requester, an agent or a participant.
bool is_known(Store& store, const config::Config& config, const Ticket& ticket, const std::string& address);

}  // namespace poller
