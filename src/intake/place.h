// Which ticket a mail belongs to.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/config.h"
#include "intake/processed.h"
#include "intake/sender_trust.h"
#include "model/placement.h"
#include "model/ticket.h"
#include "storage/store.h"

namespace poller {

struct Merge {
  TicketId from = 0;
  TicketId into = 0;
};

/// The choice for one mail. Nothing has been written yet.
struct Target {
  std::optional<TicketId> join;       // nothing: a new ticket
  std::optional<TicketId> linked_to;  // the one that the mail named too: of a new ticket, or one that is closed
  std::set<std::string> taken_ids;    // of its references, and its conversation: what another ticket has
  std::vector<Merge> merges;          // to do first: the mail is the missing link between tickets of one requester
  SenderFinding sender;
  Direction direction = Direction::in;  // note: it is kept in the ticket, and nobody need act on it
  bool reopens = false;                 // the ticket is closed or pending, and the mail opens it again
  Address requester;                    // of a new ticket
  TrustRecord trust;                    // what was found and how it was weighed
  std::vector<std::string> reasons;     // the same in lines, in order
};

/// Weighs the signals of a mail against the store (inside the caller's transaction) by the table of trust_table.h.
/// `now` is the clock's.
Target choose_ticket(Store& store, const config::Config& config, const config::Mailbox& mailbox, const Processed& mail,
                     UnixTime now);

}  // namespace poller
