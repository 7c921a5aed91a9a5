#include "intake/join_up.h"

#include <fmt/format.h>

#include <algorithm>

#include "intake/closed.h"
#include "intake/remember.h"
#include "parsers/address_key.h"

namespace poller {
namespace {

constexpr std::size_t kMostMerges = 20;

bool is_requesters_conversation(const Weighed& w) {
  return w.found.signal == ThreadSignal::thread_index && w.role == SenderRole::requester;
}

// What the mail refers to and what refers to it are one; so are the tickets of a mail that is there and of one that is
// not, where it answers both, and an id's and that of Outlook's conversation.
bool joins_up(const std::vector<Weighed>& weighed) {
  bool has_pointer = false, has_conversation = false, is_link = false;
  for (const Weighed& w : weighed) {
    if (!joins_as_known(w)) continue;
    is_link = is_link || w.found.late || (w.found.signal == ThreadSignal::stored_id && !w.found.owner);
    has_pointer = has_pointer || is_pointer(w);
    has_conversation = has_conversation || is_requesters_conversation(w);
  }
  return is_link || (has_pointer && has_conversation);
}

// Oldest first.
std::vector<Ticket> joined_up(const std::vector<Weighed>& weighed) {
  std::vector<Ticket> out;
  if (!joins_up(weighed)) return out;
  for (const Weighed& w : weighed) {
    if (!joins_as_known(w) || !(is_pointer(w) || is_requesters_conversation(w))) continue;
    const bool known = std::any_of(out.begin(), out.end(), [&](const Ticket& t) { return t.id == w.ticket.id; });
    if (!known && out.size() <= kMostMerges) out.push_back(w.ticket);
  }
  std::sort(out.begin(), out.end(), [](const Ticket& a, const Ticket& b) { return younger(b, a); });
  return out;
}

bool is_persons_mail(MailKind kind) {
  return kind == MailKind::mail || kind == MailKind::calendar || kind == MailKind::list;
}

class Joiner {
 public:
  Joiner(Store& store, const config::Config& config, const Processed& mail, UnixTime now, Target& target)
      : store_(store), config_(config), mail_(mail), now_(now), target_(target) {}

  void plan(const std::vector<Ticket>& tickets, const Ticket& mine) {
    const Ticket* base = base_of(tickets, mine);
    if (base == nullptr) base = &mine;
    for (const Ticket& other : tickets) {
      if (other.id == base->id || !plan_merge(*base, other)) continue;
      if (other.id == mine.id) target_.join = base->id;
    }
  }

 private:
  [[nodiscard]] bool stays_closed(const Ticket& ticket) const {
    return poller::stays_closed(store_, config_, ticket, mail_, now_);
  }

  // The oldest, of those that are open where any is.
  [[nodiscard]] const Ticket* base_of(const std::vector<Ticket>& tickets, const Ticket& mine) const {
    const Ticket* closed = nullptr;
    for (const Ticket& ticket : tickets) {
      if (!same_address(ticket.requester.address, mine.requester.address) || is_distrusted(store_, ticket.id)) continue;
      if (!stays_closed(ticket)) return &ticket;
      if (closed == nullptr) closed = &ticket;
    }
    return closed;
  }

  // Whether what belongs to the other one goes to the base from now on.
  bool plan_merge(const Ticket& base, const Ticket& other) {
    const auto apart = [&](const char* why) {
      target_.reasons.push_back(fmt::format("not-merged:{} and {}{}", base.number, other.number, why));
      return false;
    };
    if (!same_address(base.requester.address, other.requester.address)) {
      return apart(" have different requesters");
    }
    if (is_distrusted(store_, other.id) || is_distrusted(store_, base.id)) {
      return apart(": the sender of one of them failed authentication");
    }
    if (is_split_from(store_, other.id, base.id)) return apart(": a person split them");
    if (stays_closed(other) != stays_closed(base)) {
      apart(": one of them is closed and stays so; they are linked");
      target_.linked_to = other.id;
      return true;
    }
    // What nobody has answered yet is not made to wait for the customer.
    if (base.status == "pending" && other.status != "pending" && other.status != "closed") target_.reopens = true;
    target_.merges.push_back({other.id, base.id});
    target_.reasons.push_back(fmt::format("missing-link:{} merged into {}", other.number, base.number));
    return true;
  }

  Store& store_;
  const config::Config& config_;
  const Processed& mail_;
  UnixTime now_;
  Target& target_;
};

}  // namespace

void plan_merges(Store& store, const config::Config& config, const Processed& mail, UnixTime now,
                 const std::vector<Weighed>& weighed, const Weighed& chosen, Target& target) {
  if (!joins_as_known(chosen) || !is_persons_mail(mail.verdict.kind)) return;
  const auto tickets = joined_up(weighed);
  if (tickets.size() < 2) return;
  const auto mine =
      std::find_if(tickets.begin(), tickets.end(), [&](const Ticket& t) { return t.id == chosen.ticket.id; });
  if (mine != tickets.end()) Joiner(store, config, mail, now, target).plan(tickets, *mine);
}

}  // namespace poller
