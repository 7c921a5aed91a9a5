#include "intake/commit.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "intake/apply_rules.h"
#include "intake/choice_reasons.h"
#include "intake/contact.h"
#include "intake/decision.h"
#include "intake/floods.h"
#include "intake/place.h"
#include "intake/quarantine.h"
#include "intake/remember.h"
#include "intake/route.h"
#include "intake/uid_text.h"
#include "parsers/requester.h"
#include "storage/outbox.h"

namespace poller {
namespace {

constexpr const char* kWho = "poller";

std::string ticket_subject(const Mail& mail) { return mail.subject.empty() ? "(no subject)" : mail.subject; }

bool is_store_trouble(const Error& error) {
  return error.kind() == ErrorKind::storage || error.kind() == ErrorKind::temporary;
}

}  // namespace

Committer::Committer(Store& store, const config::Config& config, const config::Mailbox& mailbox, const Clock& clock,
                     CommitOptions options)
    : store_(store), config_(config), mailbox_(mailbox), clock_(clock), options_(std::move(options)) {}

std::vector<MailEvent> Committer::commit(std::vector<Processed>&& group) {
  std::vector<MailEvent> events;
  // A dry run keeps one transaction open, so that later mails see what earlier ones would have written, and lets it go.
  auto tx = options_.dry_run && dry_run_ ? std::move(dry_run_)
                                         : store_.begin(options_.dry_run ? std::nullopt : options_.lease);
  for (auto& mail : group) {
    if (auto event = try_one(*tx, mail)) events.push_back(std::move(*event));
  }
  if (options_.dry_run) {
    dry_run_ = std::move(tx);
  } else {
    tx->commit();
  }
  const UnixTime now = clock_.unix_now();
  for (auto& event : events)
    event.lag_seconds = event.received_at == 0 ? 0 : std::max<UnixTime>(now - event.received_at, 0);
  return events;
}

std::optional<MailEvent> Committer::try_one(Transaction& tx, Processed& mail) {
  mail.queue = mailbox_.queue;
  tx.savepoint();
  try {
    Route route = choose_queue(config_, mailbox_, mail.mail);
    mail.queue = std::move(route.queue);
    mail.queue_reason = std::move(route.reason);
    MailEvent event = place_one(tx, mail);
    tx.release_savepoint();
    return event;
  } catch (const Error& error) {
    if (is_store_trouble(error)) throw;
    log::error("mail could not be stored",
               {{"mailbox", mailbox_.name}, {"uid", uid_text(mail.raw.source)}, {"error", error.what()}});
  } catch (const std::exception& error) {
    log::error("mail could not be stored",
               {{"mailbox", mailbox_.name}, {"uid", uid_text(mail.raw.source)}, {"error", error.what()}});
  }
  tx.rollback_to_savepoint();
  if (options_.retry_later && attempts_of(mail.raw.source) < kMaxAttempts) return std::nullopt;  // it stays in hand
  return MailEvent{mail.raw.source,
                   mail.raw.file,
                   mail.packed.sha256,
                   mail.packed.size,
                   store_quarantined(tx, mail, "it could not be stored as a ticket", unplaced(mail)),
                   mail.received_at,
                   0};
}

int Committer::attempts_of(const SourceKey& source) {
  const auto entries = store_.ledger(std::span(&source, 1));
  return entries.empty() ? 0 : entries.front().attempts;
}

bool Committer::is_in_quarantine(const SourceKey& source) {
  const auto entries = store_.ledger(std::span(&source, 1));
  return !entries.empty() &&
         (entries.front().state == LedgerState::quarantined || entries.front().state == LedgerState::held);
}

MailEvent Committer::place_one(Transaction& tx, Processed& mail) {
  MailEvent event{mail.raw.source, mail.raw.file, mail.packed.sha256, mail.packed.size, {}, mail.received_at, 0};
  if (mail.retry_of) tx.set_quarantine_state(mail.retry_of->id, mail.quarantine_reason ? "open" : "retried", 0);
  if (mail.quarantine_reason && mail.retry_of) {
    event.placement.outcome = Outcome::quarantined;  // its row is there already
    event.placement.reasons.push_back("quarantine:" + *mail.quarantine_reason);
  } else if (mail.quarantine_reason && is_in_quarantine(mail.raw.source)) {
    event.placement = in_quarantine_already(mail);
  } else if (mail.quarantine_reason) {
    const Target target = choose(mail);
    event.placement = store_quarantined(tx, mail, *mail.quarantine_reason, target);
  } else if (const auto first = first_copy(mail)) {
    event.placement = store_duplicate(tx, mail, *first);
  } else if (const auto own = find_own_mail(store_, mail.mail)) {
    event.placement = store_own(tx, mail, *own);
  } else if (mail.before_start) {
    event.placement = skip_old(tx, mail);
  } else {
    event.placement = store_mail(tx, mail);
  }
  tell_after(tx, mail, event.placement);
  return event;
}

Target Committer::choose(const Processed& mail) {
  Target target = choose_ticket(store_, config_, mailbox_, mail, clock_.unix_now());
  add_choice_reasons(config_, mail.mail, target);
  return target;
}

// Met again where it was met before. Like every further copy it names the first one's ticket.
Placement Committer::in_quarantine_already(const Processed& mail) {
  Placement p;
  p.outcome = Outcome::duplicate;
  p.kind = mail.verdict.kind;
  p.queue = mail.queue;
  p.reasons.emplace_back("the same bytes are in quarantine already");
  if (const auto first = find_quarantined_copy({store_, config_, mailbox_, options_.dry_run}, mail)) {
    p.message = first->message;
    if (first->ticket != 0) p.ticket = first->ticket;
  }
  return p;
}

// What is known of a mail that could not even be placed.
Target Committer::unplaced(const Processed& mail) const {
  Target target;
  target.sender = judge_sender(mail.mail, mailbox_);
  target.trust.verdict = to_string(target.sender.trust);
  target.trust.verdict_why = target.sender.why;
  return target;
}

bool Committer::keeps_to_itself(const std::string& queue) const {
  const config::Queue* found = config::find_queue(config_, queue);
  return found != nullptr && found->own_copy;
}

// What makes this mail a duplicate: any copy, where no queue wants copies of its own. Else one in its own queue, or in
// any other that wants none either, or one that came the same way.
std::optional<StoredMessageRef> Committer::first_copy(const Processed& mail) {
  auto first = store_.find_identity(mail.identity);
  if (!first || first->queue == mail.queue) return first;
  const bool is_own = keeps_to_itself(mail.queue);
  if (first->ticket == 0 && find_own_mail(store_, mail.mail)) return first;  // ours, come back through both
  if (!is_own && !keeps_to_itself(first->queue)) return first;
  if (is_own) return store_.find_identity(mail.identity, mail.queue, mailbox_.name);
  for (const auto& queue : config_.queues) {
    if (queue.own_copy) continue;
    if (auto copy = store_.find_identity(mail.identity, queue.name, mailbox_.name)) return copy;
  }
  return std::nullopt;
}

// An answer to a mail that one queue alone has goes there, whichever mailbox it came through: one copy is enough.
std::optional<StoredMessageRef> Committer::copy_in(std::optional<TicketId> ticket, const Processed& mail) {
  const auto joined = ticket && config::has_own_copies(config_) ? store_.ticket(*ticket) : std::nullopt;
  auto copy = joined ? store_.find_identity(mail.identity, joined->queue) : std::nullopt;
  if (copy && copy->ticket != joined->id) copy.reset();
  return copy;
}

void Committer::tell_after(Transaction& tx, const Processed& mail, Placement& placement) {
  if (options_.after == nullptr) return;
  const auto reasons = options_.after->mail_stored(store_, tx, {mail, placement, mailbox_});
  if (placement.outcome == Outcome::stored && placement.message) tx.outbox().note_reasons(*placement.message, reasons);
  placement.reasons.insert(placement.reasons.end(), reasons.begin(), reasons.end());
}

void Committer::note_ledger(Transaction& tx, const Processed& mail, LedgerState state,
                            std::optional<MessageId> message) {
  if (state == LedgerState::stored && !options_.settle_needed) state = LedgerState::settled;
  tx.set_ledger(mail.raw.source, state, message);
}

Placement Committer::store_further(Transaction& tx, const Processed& mail, const StoredMessageRef& first,
                                   std::string reason) {
  Placement p;
  p.outcome = Outcome::duplicate;
  p.message = first.message;
  if (first.ticket != 0) p.ticket = first.ticket;
  p.kind = mail.verdict.kind;
  p.queue = first.queue;
  p.reasons.push_back(std::move(reason));
  tx.add_delivery({first.message, mail.raw.source, mail.received_at, mail.packed.sha256});
  return p;
}

Placement Committer::store_duplicate(Transaction& tx, const Processed& mail, const StoredMessageRef& first) {
  const char* same = mail.mail.message_id ? "same Message-ID and content as"
                                          : "same From, Date, Subject, Received and content (no Message-ID) as";
  Placement p = store_further(
      tx, mail, first,
      fmt::format("{} message {}{}", same, first.message, first.ticket == 0 ? ", which was ignored" : ""));
  note_ledger(tx, mail, LedgerState::stored, first.message);
  return p;
}

Placement Committer::skip_old(Transaction& tx, const Processed& mail) {
  Placement p;
  p.outcome = Outcome::ignored;
  p.kind = mail.verdict.kind;
  p.queue = mail.queue;
  p.reasons.emplace_back("it arrived before this mailbox was first read (start)");
  note_ledger(tx, mail, LedgerState::settled, std::nullopt);
  return p;
}

Placement Committer::store_dropped(Transaction& tx, const Processed& mail, const Target& target,
                                   const RuleOutcome& ruled) {
  Placement p;
  p.outcome = Outcome::ignored;
  p.kind = mail.verdict.kind;
  p.queue = mail.queue;
  record_unplaced(target, p);
  p.reasons.insert(p.reasons.end(), mail.verdict.reasons.begin(), mail.verdict.reasons.end());
  p.reasons.insert(p.reasons.end(), ruled.reasons.begin(), ruled.reasons.end());
  p.message = store_message(tx, mail, p);
  note_ledger(tx, mail, LedgerState::stored, p.message);
  return p;
}

Placement Committer::store_quarantined_by_rule(Transaction& tx, const Processed& mail, const Target& target,
                                               const RuleOutcome& ruled) {
  if (!is_in_quarantine(mail.raw.source)) {
    std::vector<std::string> reasons = mail.verdict.reasons;
    reasons.insert(reasons.end(), ruled.reasons.begin(), ruled.reasons.end());
    return store_quarantined(tx, mail, "a rule asks for it", target, reasons);
  }
  Placement p = in_quarantine_already(mail);
  p.reasons.insert(p.reasons.end(), ruled.reasons.begin(), ruled.reasons.end());
  return p;
}

TicketId Committer::open_ticket(Transaction& tx, const Processed& mail, const Address& requester,
                                const RuleOutcome& ruled) {
  NewTicket ticket;
  ticket.subject = ticket_subject(mail.mail);
  ticket.queue = mail.queue;
  ticket.requester = requester;
  ticket.created_at = mail.received_at;
  set_on_new_ticket(ruled, ticket);
  const config::Queue* queue = config::find_queue(config_, ticket.queue);
  ticket.number_form = queue != nullptr ? queue->number : "T-{id}";
  return tx.create_ticket(ticket, kWho).id;
}

MessageId Committer::store_message(Transaction& tx, const Processed& mail, const Placement& placement,
                                   Direction direction) {
  NewMessage message;
  message.direction = direction;
  message.ticket = placement.ticket.value_or(0);
  message.mail = &mail.mail;
  message.verdict = &mail.verdict;
  message.raw = options_.dry_run ? nullptr : &mail.packed;
  message.received_at = mail.received_at;
  message.mailbox = mailbox_.name;
  message.identity = mail.identity;
  message.decision_json = decision_json(placement);
  if (placement.outcome == Outcome::ignored) message.state = "ignored";
  return tx.add_message(message, kWho);
}

Placement Committer::store_own(Transaction& tx, const Processed& mail, const std::string& reason) {
  Placement p;
  p.outcome = Outcome::ignored;
  p.kind = mail.verdict.kind;
  p.queue = mail.queue;
  record_unplaced(choose(mail), p);
  p.reasons.push_back(reason);
  p.message = store_message(tx, mail, p);  // with its bytes: an id can be copied, and what came with it is nowhere else
  note_ledger(tx, mail, LedgerState::stored, p.message);
  return p;
}

Placement Committer::store_mail(Transaction& tx, Processed& mail) {
  const UnixTime now = clock_.unix_now();
  Target target = choose(mail);
  if (const auto copy = copy_in(target.join, mail)) return store_duplicate(tx, mail, *copy);
  const RuleOutcome ruled = ask_rules(options_.rules, mail, {mailbox_.name, to_string(target.sender.trust)});
  if (ruled.drop) return store_dropped(tx, mail, target, ruled);
  if (ruled.quarantine) return store_quarantined_by_rule(tx, mail, target, ruled);
  Placement p;
  p.kind = mail.verdict.kind;
  place_retried(store_, config_, mail, now, target);
  for (const Merge& merge : target.merges) tx.merge_tickets(merge.from, merge.into, kWho, now);
  p.is_new_ticket = !target.join;
  if (p.is_new_ticket && may_set_off()) p.limit = ticket_flood(store_, target.requester.address, mail.received_at);
  p.ticket = target.join ? *target.join : open_ticket(tx, mail, target.requester, ruled);
  const auto ticket = store_.ticket(*p.ticket);
  p.queue = ticket ? ticket->queue : mail.queue;
  p.trust = target.trust;
  p.reasons = target.reasons;
  if (p.is_new_ticket && !mail.queue_reason.empty()) p.reasons.push_back(mail.queue_reason);
  p.reasons.insert(p.reasons.end(), mail.verdict.reasons.begin(), mail.verdict.reasons.end());
  p.reasons.insert(p.reasons.end(), ruled.reasons.begin(), ruled.reasons.end());
  if (p.limit) p.reasons.push_back(*p.limit);
  p.message = store_message(tx, mail, p, target.direction);
  remember_mail(tx, target, mail.mail, *p.ticket, *p.message, now);
  if (!target.requester.address.empty()) {
    Address contact = contact_of(target.requester);
    if (target.sender.trust == SenderTrust::fail) contact.name.clear();  // what anybody may have written
    tx.touch_contact(contact, now);
  }
  if (target.reopens && !ruled.status) {
    TicketUpdate reopen;
    reopen.status = "open";
    tx.update_ticket(*p.ticket, reopen, kWho, now);
  }
  if (!p.is_new_ticket && ticket) set_on_joined_ticket(ruled, *ticket, tx, kWho, now);
  dress_retried(store_, tx, mail, target, ruled, kWho, now);
  note_ledger(tx, mail, LedgerState::stored, p.message);
  return p;
}

Placement Committer::store_quarantined(Transaction& tx, const Processed& mail, const std::string& reason,
                                       const Target& target, const std::vector<std::string>& more_reasons) {
  const QuarantineContext context{store_, config_, mailbox_, options_.dry_run};
  const LedgerState state = is_whole(mail) ? LedgerState::quarantined : LedgerState::held;
  if (const auto copy = find_quarantined_copy(context, mail)) {
    Placement p = store_further(
        tx, mail, *copy, fmt::format("the same mail as message {}, which stands for it in quarantine", copy->message));
    note_ledger(tx, mail, state, std::nullopt);
    return p;
  }
  const int attempts = std::max(1, attempts_of(mail.raw.source));
  Placement p = put_in_quarantine(context, tx, mail, target, reason, attempts, more_reasons);
  note_ledger(tx, mail, state, std::nullopt);
  return p;
}

}  // namespace poller
