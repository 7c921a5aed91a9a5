#include "intake/pick.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace poller {
namespace {

bool is_strangers_id(const Weighed& w) {
  return w.found.signal == ThreadSignal::stored_id && w.action == ThreadAction::join_and_flag;
}

// That mails of a ticket where nobody knows the sender refer to his is the least that there is.
bool is_last_resort(const Weighed& w) { return w.found.late && !joins_as_known(w); }

class Picker {
 public:
  explicit Picker(const std::vector<Weighed>& weighed) : weighed_(weighed) {
    is_vouched_for_ = std::any_of(weighed.begin(), weighed.end(), [](const Weighed& w) {
      return joins(w) && w.found.signal == ThreadSignal::keyed_id;
    });
  }

  [[nodiscard]] const Weighed* best() const {
    const Weighed* best = nullptr;
    for (const Weighed& w : weighed_) {
      if (joins(w) && (best == nullptr || stands_before(w, *best))) best = &w;
    }
    return best;
  }

  /// Tickets that signals of the same weight name.
  [[nodiscard]] std::size_t named_with(const Weighed& best) const {
    std::set<TicketId> tickets;
    for (const Weighed& w : weighed_) {
      if (joins(w) && !w.found.late && kind(w) == kind(best)) tickets.insert(w.ticket.id);
    }
    return tickets.size();
  }

  [[nodiscard]] bool is_nearest(const Weighed& best) const {
    return std::none_of(weighed_.begin(), weighed_.end(), [&](const Weighed& w) {
      return joins(w) && !w.found.late && kind(w) == kind(best) && w.ticket.id != best.ticket.id &&
             w.found.distance <= best.found.distance;
    });
  }

 private:
  // In the order of trust_table.h, but for ids of others' mails beside one of ours.
  [[nodiscard]] ThreadSignal kind(const Weighed& w) const {
    return is_vouched_for_ && is_pointer(w) ? ThreadSignal::keyed_id : w.found.signal;
  }

  [[nodiscard]] bool stands_before(const Weighed& a, const Weighed& b) const {
    const auto weight = [this](const Weighed& w) {
      return std::tuple(is_last_resort(w), kind(w), w.found.late, is_strangers_id(w), w.found.distance);
    };
    if (weight(a) != weight(b)) return weight(a) < weight(b);
    return younger(a.ticket, b.ticket);
  }

  const std::vector<Weighed>& weighed_;
  bool is_vouched_for_ = false;
};

}  // namespace

Picked pick_signal(const std::vector<Weighed>& weighed) {
  const Picker picker(weighed);
  Picked out;
  out.signal = picker.best();
  if (out.signal == nullptr || out.signal->found.late) return out;
  const std::size_t count = picker.named_with(*out.signal);
  if (count < 2) return out;
  const char* why =
      is_pointer(*out.signal) && picker.is_nearest(*out.signal) ? "the one that it answers most directly" : "the newer";
  out.reason = fmt::format("points to {} tickets: joins {}, {}", count, why, out.signal->ticket.number);
  return out;
}

}  // namespace poller
