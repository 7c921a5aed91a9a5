#include "intake/quarantine.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "intake/choice_reasons.h"
#include "intake/closed.h"
#include "intake/decision.h"
#include "intake/remember.h"
#include "parsers/requester.h"

namespace poller {
namespace {

constexpr const char* kKeeper = "poller";

// What stands for the mail: enough of its header to know it by, and none of its text.
Mail stand_in(const Mail& mail, const std::string& reason) {
  Mail shown;
  shown.message_id = mail.message_id;
  shown.subject = mail.subject;
  shown.from = mail.from;
  shown.date = mail.date;
  shown.to = mail.to;
  shown.cc = mail.cc;
  shown.in_reply_to = mail.in_reply_to;
  shown.references = mail.references;
  shown.notice = fmt::format("This mail is in quarantine: {}. See `poller quarantine`.", reason);
  shown.text = *shown.notice;
  shown.new_text = shown.text;
  return shown;
}

// By which the same mail is known again: where nobody dared to parse it, its bytes. A stub tells nothing of the mail
// that it stands for.
std::string identity_in_quarantine(const Processed& mail) {
  if (mail.is_stub) return {};
  if (!mail.identity.empty()) return mail.identity;
  return mail.packed.size == 0 ? std::string() : mail.packed.sha256;
}

TicketId open_minimal(const QuarantineContext& context, Transaction& tx, const Processed& mail) {
  const config::Queue* queue = config::find_queue(context.config, mail.queue);
  NewTicket ticket;
  ticket.subject = mail.mail.subject.empty() ? "(no subject)" : mail.mail.subject;
  ticket.queue = mail.queue;
  ticket.number_form = queue != nullptr ? queue->number : "T-{id}";
  // Of a stub the sender is the server, whom nobody wants to answer.
  if (!mail.is_stub) ticket.requester = requester_of(mail.mail).value_or(Address{});
  ticket.created_at = mail.received_at;
  return tx.create_ticket(ticket, kKeeper).id;
}

void add_line(Transaction& tx, TicketId ticket, UnixTime at, const char* what, std::string detail) {
  tx.add_change({0, ticket, std::nullopt, at, kKeeper, what, std::move(detail)});
}

// A placeholder is no less a ticket: it says where it belongs, and that a failed sender opened it.
void tell_of_minimal(Transaction& tx, const Processed& mail, const Target& target, const Placement& p) {
  const TicketId ticket = *p.ticket;
  if (target.sender.trust == SenderTrust::fail) {
    add_line(tx, ticket, mail.received_at, "distrusted",
             fmt::format(R"({{"why":{}}})", text::json_string(target.sender.why)));
  }
  if (!p.trust.linked_to) return;
  add_line(tx, ticket, mail.received_at, "linked", fmt::format(R"({{"to":{}}})", *p.trust.linked_to));
  add_line(tx, *p.trust.linked_to, mail.received_at, "linked", fmt::format(R"({{"from":{}}})", ticket));
}

bool is_linked_to(Store& store, TicketId ticket, TicketId other) {
  const std::string to = fmt::format(R"({{"to":{}}})", other);
  const auto changes = store.changes(ticket);
  return std::any_of(changes.begin(), changes.end(),
                     [&](const Change& c) { return c.what == "linked" && c.detail_json == to; });
}

void forget_reasons(Target& target, std::string_view start) {
  std::erase_if(target.reasons, [start](const std::string& reason) { return reason.starts_with(start); });
}

// The other ticket takes in the one made for the mail, unless a person took the two apart, or somebody unknown there
// would bring along more than the placeholder.
void take_in(Store& store, const Ticket& minimal, Target& target) {
  const auto other = store.ticket(*target.join);
  if (!other || other->id == minimal.id || is_split_from(store, minimal.id, other->id)) return;
  if (target.trust.flagged && minimal.message_count > 1) return;
  const bool planned = std::any_of(target.merges.begin(), target.merges.end(),
                                   [&](const Merge& merge) { return merge.from == minimal.id; });
  if (!planned) target.merges.push_back({minimal.id, other->id});
  target.reasons.push_back(fmt::format("retried from quarantine: {}, which was made for it, is merged into {}",
                                       minimal.number, other->number));
}

}  // namespace

void record_unplaced(const Target& target, Placement& placement) {
  placement.trust = target.trust;
  placement.trust.flagged = false;
  placement.trust.linked_to.reset();
  std::copy_if(target.reasons.begin(), target.reasons.end(), std::back_inserter(placement.reasons),
               says_what_was_found);
}

bool is_whole(const Processed& mail) { return mail.raw.complete && !mail.is_stub; }

Placement put_in_quarantine(const QuarantineContext& context, Transaction& tx, const Processed& mail,
                            const Target& target, const std::string& reason, int attempts,
                            const std::vector<std::string>& more_reasons) {
  Placement p;
  p.outcome = Outcome::quarantined;
  p.kind = mail.verdict.kind;
  p.queue = mail.queue;
  record_unplaced(target, p);
  p.reasons.push_back("quarantine:" + reason);
  p.reasons.insert(p.reasons.end(), more_reasons.begin(), more_reasons.end());
  if (context.config.quarantine == config::QuarantinePolicy::ticket) {
    p.ticket = open_minimal(context, tx, mail);
    p.is_new_ticket = true;
    p.trust.linked_to = target.join ? target.join : target.linked_to;
    tell_of_minimal(tx, mail, target, p);
  }
  const Mail shown = stand_in(mail.mail, reason);
  Verdict verdict;
  verdict.may_answer = false;
  verdict.reasons.push_back("quarantine:" + reason);
  NewMessage message;
  message.ticket = p.ticket.value_or(0);
  message.direction = Direction::note;
  message.mail = &shown;
  message.verdict = &verdict;
  message.received_at = mail.received_at;
  message.mailbox = context.mailbox.name;
  message.state = "quarantined";
  message.identity = identity_in_quarantine(mail);
  message.decision_json = decision_json(p);
  p.message = tx.add_message(message, kKeeper);
  NewQuarantine row;
  row.source = mail.raw.source;
  row.reason = reason;
  row.attempts = attempts;
  row.complete = is_whole(mail);
  row.raw = context.dry_run || mail.packed.size == 0 ? nullptr : &mail.packed;
  row.size = std::max<std::uint64_t>(mail.raw.announced_size, mail.packed.size);
  row.subject = mail.mail.subject;
  row.received_at = mail.received_at;
  row.ticket = p.ticket;
  tx.add_quarantine(row);
  return p;
}

std::optional<StoredMessageRef> find_quarantined_copy(const QuarantineContext& context, const Processed& mail) {
  const std::string identity = identity_in_quarantine(mail);
  if (identity.empty()) return std::nullopt;
  std::optional<std::string> queue;
  if (config::has_own_copies(context.config)) queue = mail.queue;
  auto copy = context.store.find_quarantined(identity, queue, context.mailbox.name);
  if (!copy || mail.raw.complete) return copy;
  // Of a mail whose text is not here, the Message-ID alone would let another keep it out.
  const auto known = context.store.message(copy->message);
  const bool is_same = known && known->mail.subject == mail.mail.subject && known->mail.from == mail.mail.from &&
                       known->mail.date == mail.mail.date;
  return is_same ? copy : std::nullopt;
}

void place_retried(Store& store, const config::Config& config, const Processed& mail, UnixTime now, Target& target) {
  if (!mail.retry_of || !mail.retry_of->ticket) return;
  const auto minimal = store.ticket(store.follow_merges(*mail.retry_of->ticket));
  if (!minimal) return;
  if (target.join) {
    take_in(store, *minimal, target);
    return;
  }
  const auto named = target.linked_to;
  target.join = minimal->id;
  target.linked_to.reset();
  target.trust.linked_to = named;
  if (named && *named != minimal->id && !is_linked_to(store, minimal->id, *named)) target.linked_to = named;
  forget_reasons(target, "no signal: ");
  forget_reasons(target, "linked: a new ticket");
  target.reasons.emplace_back("retried from quarantine: joins the ticket that was made for it");
  apply_closed_policy(store, config, mail, now, target);
}

void dress_retried(Store& store, Transaction& tx, const Processed& mail, const Target& target, const RuleOutcome& ruled,
                   const std::string& who, UnixTime now) {
  if (!mail.retry_of || !target.join || mail.retry_of->ticket != target.join) return;
  const auto ticket = store.ticket(*target.join);
  if (!ticket) return;
  const auto changes = store.changes(ticket->id);
  const auto is_set = [&](std::string_view what) {
    return std::any_of(changes.begin(), changes.end(), [what](const Change& c) { return c.what == what; });
  };
  TicketUpdate update;
  if (!is_set("subject") && !mail.mail.subject.empty()) update.subject = mail.mail.subject;
  if (!is_set("requester")) {
    if (ruled.requester) {
      update.requester = Address{{}, *ruled.requester};
    } else if (!target.requester.address.empty()) {
      update.requester = target.requester;
    }
  }
  tx.update_ticket(ticket->id, update, who, now);
}

}  // namespace poller
