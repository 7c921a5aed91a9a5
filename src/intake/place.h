// Which ticket a mail belongs to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "intake/processed.h"
#include "model/ticket.h"
#include "storage/store.h"

namespace poller {

struct Merge {
  TicketId from = 0;
  TicketId into = 0;
};

/// The choice for one mail. Nothing has been written yet.
struct Target {
  std::optional<TicketId> join;      // nothing: a new ticket
  std::optional<Merge> merge;        // to do first: the mail is the missing link between two tickets of one requester
  Address requester;                 // of a new ticket
  std::vector<std::string> reasons;  // every signal found and every candidate refused, in order
};

/// Weighs the signals of a mail against the store (inside the caller's transaction).
Target choose_ticket(Store& store, const Processed& mail);

}  // namespace poller
