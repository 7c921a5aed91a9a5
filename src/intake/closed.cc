#include "intake/closed.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "intake/remember.h"
#include "intake/sender_role.h"
#include "parsers/address_key.h"

namespace poller {
namespace {

// When the status last became "closed"; a rule can have the ticket born so.
UnixTime closed_at(Store& store, const Ticket& ticket) {
  UnixTime at = ticket.created_at;
  for (const Change& change : store.changes(ticket.id)) {
    if (change.what == "status" && text::icontains(change.detail_json, R"("new":"closed")")) at = change.at;
  }
  return at;
}

// How long the ticket had been closed when the mail arrived; by the clock where the mail is older (a replay).
UnixTime age_of_closing(Store& store, const Ticket& ticket, const Processed& mail, UnixTime now) {
  const UnixTime closed = closed_at(store, ticket);
  return (mail.received_at >= closed ? mail.received_at : now) - closed;
}

enum class Answered : std::uint8_t { not_at_all, as_note, in_new_ticket, in_new_ticket_since_late, by_reopening };

Answered answered(Store& store, const config::Config& config, const Ticket& closed, const Processed& mail,
                  UnixTime now) {
  if (mail.verdict.kind != MailKind::mail) return Answered::not_at_all;
  const config::Queue* queue = config::find_queue(config, closed.queue);
  if (queue == nullptr) return Answered::by_reopening;
  if (queue->closed == config::ClosedPolicy::note) return Answered::as_note;
  if (queue->closed == config::ClosedPolicy::new_ticket) return Answered::in_new_ticket;
  const bool is_late = queue->reopen_within && age_of_closing(store, closed, mail, now) > queue->reopen_within->count();
  return is_late ? Answered::in_new_ticket_since_late : Answered::by_reopening;
}

// The open ticket that a closed one was continued in. A stranger's is a continuation to himself alone: anybody can open
// a ticket that is linked with the closed one.
class Continuation {
 public:
  Continuation(Store& store, const config::Config& config, const Mail& mail, SenderTrust trust)
      : store_(store), config_(config), mail_(mail), trust_(trust) {}

  std::optional<Ticket> find(const Ticket& closed) {
    seen_.insert(closed.id);
    std::vector<Ticket> to_follow{closed};
    for (std::size_t i = 0; i < to_follow.size() && seen_.size() < kMostFollowed; ++i) {
      for (Ticket& next : linked_from(Ticket(to_follow[i]))) {
        if (next.status != "closed") return std::move(next);
        to_follow.push_back(std::move(next));
      }
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kMostFollowed = 50;

  // Newest first.
  std::vector<Ticket> linked_from(const Ticket& closed) {
    std::vector<Ticket> out;
    const auto changes = store_.changes(closed.id);
    for (auto change = changes.rbegin(); change != changes.rend() && seen_.size() < kMostFollowed; ++change) {
      const auto id = change->what == "linked" ? linked_ticket(change->detail_json) : std::nullopt;
      const auto ticket = id ? store_.ticket(store_.follow_merges(*id)) : std::nullopt;
      if (!ticket || !seen_.insert(ticket->id).second) continue;
      if (ticket->status != "spam" && continues(*ticket, closed)) out.push_back(*ticket);
    }
    return out;
  }

  [[nodiscard]] bool continues(const Ticket& ticket, const Ticket& closed) const {
    const SenderRole role = role_of(store_, config_, ticket, mail_, trust_);
    if (role == SenderRole::stranger || is_distrusted(store_, ticket.id)) return false;
    return role == SenderRole::requester || same_address(ticket.requester.address, closed.requester.address) ||
           is_known(store_, config_, closed, ticket.requester.address);
  }

  Store& store_;
  const config::Config& config_;
  const Mail& mail_;
  SenderTrust trust_;
  std::set<TicketId> seen_;
};

void open_new(const Ticket& closed, Target& target, const char* why) {
  target.join.reset();
  target.linked_to = closed.id;
  target.trust.linked_to = closed.id;
  target.trust.flagged = false;
  target.reasons.push_back(fmt::format("linked: a new ticket, linked to {}: {}", closed.number, why));
}

// Who waited for the customer has his answer. An agent's own mail and a stranger's are none.
void end_waiting(Store& store, const config::Config& config, const Ticket& ticket, const Processed& mail,
                 Target& target) {
  if (mail.verdict.kind != MailKind::mail || target.trust.flagged) return;
  if (role_of(store, config, ticket, mail.mail, target.sender.trust) == SenderRole::agent) return;
  target.reopens = true;
  target.reasons.emplace_back("open again: an answer to a pending ticket");
}

void continue_elsewhere(Store& store, const config::Config& config, const Ticket& closed, const Processed& mail,
                        Target& target, const char* why) {
  const auto open = Continuation(store, config, mail.mail, target.sender.trust).find(closed);
  if (!open) {
    open_new(closed, target, why);
    return;
  }
  target.join = open->id;
  target.linked_to.reset();
  target.trust.flagged = false;
  target.reasons.push_back(fmt::format("continued: {} continues {}: {}", open->number, closed.number, why));
  if (open->status == "pending") end_waiting(store, config, *open, mail, target);
}

}  // namespace

bool stays_closed(Store& store, const config::Config& config, const Ticket& ticket, const Processed& mail,
                  UnixTime now) {
  if (ticket.status == "spam") return true;
  return ticket.status == "closed" && answered(store, config, ticket, mail, now) != Answered::by_reopening;
}

void apply_closed_policy(Store& store, const config::Config& config, const Processed& mail, UnixTime now,
                         Target& target) {
  if (!target.join) return;
  if (mail.verdict.kind == MailKind::delivery_report) {
    target.direction = Direction::note;
    target.reasons.emplace_back("note: a report about a delivery");
  }
  const auto ticket = store.ticket(*target.join);
  if (ticket && ticket->status == "pending") end_waiting(store, config, *ticket, mail, target);
  if (!ticket || ticket->status != "closed") return;
  switch (answered(store, config, *ticket, mail, now)) {
    case Answered::not_at_all:
      target.reasons.push_back(
          fmt::format("stays closed: a mail of kind {} never reopens", to_string(mail.verdict.kind)));
      break;
    case Answered::as_note:
      target.direction = Direction::note;
      target.reasons.emplace_back("note: the ticket is closed, and its queue keeps such answers as notes");
      break;
    case Answered::in_new_ticket:
      continue_elsewhere(store, config, *ticket, mail, target,
                         "it is closed, and its queue opens a new one for an answer");
      break;
    case Answered::in_new_ticket_since_late:
      continue_elsewhere(store, config, *ticket, mail, target,
                         "it was closed longer ago than its queue's reopen_within");
      break;
    case Answered::by_reopening:
      target.reopens = true;
      target.reasons.emplace_back("reopened: an answer to a closed ticket");
      break;
  }
}

}  // namespace poller
