// An agent's reply to a ticket.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "outbound/draft.h"

namespace poller::outbound {

struct Reply {
  std::string text;
  std::string html;  // empty: none
  std::vector<OutgoingFile> files;
  std::vector<Address> cc;
  std::optional<std::string> status;  // of the ticket, after it
  std::string who;                    // the agent, free text
  bool quote = true;                  // the mail that is answered, below the text
};

/// Queues the reply to the ticket's requester, within the transaction; it waits for `outbound.hold` before it goes out.
/// Throws Error(usage) for a ticket without a requester that mail can be sent to, Error(configuration) when no mailbox
/// can send.
Queued queue_reply(Store& store, Transaction& tx, const config::Config& config, const Ticket& ticket,
                   const Reply& reply, UnixTime now);

}  // namespace poller::outbound
