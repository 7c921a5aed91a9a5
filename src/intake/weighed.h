// A signal of a mail, weighed by who wrote it: what place.cc, pick.cc and join_up.cc work on.
#pragma once

#include <string>
#include <utility>

#include "intake/signals.h"
#include "intake/trust_table.h"
#include "model/ticket.h"

namespace poller {

struct Weighed {
  FoundSignal found;
  Ticket ticket;
  SenderRole role = SenderRole::stranger;
  ThreadAction action = ThreadAction::new_linked;
  std::string note;  // why it counts for nothing all the same
};

inline bool joins(const Weighed& w) { return w.action != ThreadAction::new_linked && w.note.empty(); }

inline bool joins_as_known(const Weighed& w) { return w.action == ThreadAction::join && w.note.empty(); }

inline bool is_pointer(const Weighed& w) {
  return w.found.signal == ThreadSignal::keyed_id || w.found.signal == ThreadSignal::stored_id;
}

inline bool younger(const Ticket& a, const Ticket& b) {
  return std::pair(a.created_at, a.id) > std::pair(b.created_at, b.id);
}

}  // namespace poller
