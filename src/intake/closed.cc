#include "intake/closed.h"

#include <fmt/format.h>

#include "base/text.h"
#include "intake/sender_role.h"

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

void make_new(const Ticket& closed, Target& target, const std::string& why) {
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

}  // namespace

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
  if (mail.verdict.kind != MailKind::mail) {
    target.reasons.push_back(
        fmt::format("stays closed: a mail of kind {} never reopens", to_string(mail.verdict.kind)));
    return;
  }
  const config::Queue* queue = config::find_queue(config, ticket->queue);
  const auto policy = queue == nullptr ? config::ClosedPolicy::reopen : queue->closed;
  const bool is_late = queue != nullptr && queue->reopen_within &&
                       age_of_closing(store, *ticket, mail, now) > queue->reopen_within->count();
  if (policy == config::ClosedPolicy::note) {
    target.direction = Direction::note;
    target.reasons.emplace_back("note: the ticket is closed, and its queue keeps such answers as notes");
  } else if (policy == config::ClosedPolicy::new_ticket) {
    make_new(*ticket, target, "it is closed, and its queue opens a new one for an answer");
  } else if (is_late) {
    make_new(*ticket, target, "it was closed longer ago than its queue's reopen_within");
  } else {
    target.reopens = true;
    target.reasons.emplace_back("reopened: an answer to a closed ticket");
  }
}

}  // namespace poller
