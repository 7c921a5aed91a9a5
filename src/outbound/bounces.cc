#include "outbound/bounces.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "outbound/agents.h"
#include "outbound/draft.h"
#include "parsers/address_key.h"
#include "parsers/encode_header.h"
#include "threading/message_id.h"
#include "threading/ring_store.h"

namespace poller::outbound {
namespace {

constexpr UnixTime kMuteTime = UnixTime{60} * 86400;
constexpr UnixTime kNotedAgainAfter = 86400;  // that mail to an agent's address bounces

// The row that the bounce is about. Only an id with our own key counts: anybody can write a bounce.
std::optional<OutboxRow> bounced_row(Store& store, const StoredMail& stored) {
  std::vector<std::string> ids = stored.mail.mail.references;
  ids.insert(ids.end(), stored.mail.mail.in_reply_to.begin(), stored.mail.mail.in_reply_to.end());
  if (const auto& id = stored.mail.verdict.bounce->original_message_id) ids.insert(ids.begin(), *id);
  const auto ring = load_key_ring(store);
  if (!ring) return std::nullopt;
  for (const auto& id : ids) {
    const auto token = read_message_id(*ring, id);
    if (!token) continue;
    auto row = store.outbox().row(token->serial);
    if (row && row->message_id == id) return row;
  }
  return std::nullopt;
}

bool was_sent_to(const OutboxRow& row, const std::string& address) {
  return std::any_of(row.to.begin(), row.to.end(), [&](const std::string& to) { return same_address(to, address); });
}

// What the report says of addresses that the mail was sent to.
struct Failures {
  bool is_delay = false;
  bool hard = false;
  std::vector<std::string> addresses;
  std::vector<std::string> hard_ones;
  std::string lines;  // for people, one an address
  std::string why;    // of the last one
};

Failures failures_of(const Verdict& verdict, const OutboxRow& row) {
  Failures out;
  out.is_delay = verdict.kind == MailKind::delivery_report;
  for (const auto& recipient : verdict.bounce->recipients) {
    if (!was_sent_to(row, recipient.address)) continue;
    const bool is_hard = !out.is_delay && recipient.bounce_class == BounceClass::hard;
    const char* word = out.is_delay ? "not delivered yet" : is_hard ? "refused for good" : "given up";
    out.why = one_line(recipient.diagnostic.value_or(recipient.status.value_or("no reason given")));
    out.lines += fmt::format("\n  {}: {} ({})", recipient.address, word, out.why);
    out.addresses.push_back(recipient.address);
    if (is_hard) out.hard_ones.push_back(recipient.address);
  }
  out.hard = !out.hard_ones.empty();
  return out;
}

void mute(const Occasion& at, const Failures& failures) {
  for (const auto& address : failures.hard_ones) {
    at.tx.outbox().mute(address_key(address), at.now + kMuteTime, "mail to it was refused: " + failures.why);
  }
}

void add_note(const Occasion& at, TicketId ticket, const std::string& subject, const std::string& text,
              const config::Mailbox& mailbox) {
  Mail note;
  note.subject = subject;
  note.text = text;
  note.new_text = text;
  Verdict verdict;
  verdict.may_answer = false;
  NewMessage message;
  message.ticket = ticket;
  message.direction = Direction::note;
  message.mail = &note;
  message.verdict = &verdict;
  message.received_at = at.now;
  message.mailbox = mailbox.name;
  at.tx.add_message(message, "poller");
}

bool is_to_agents(OutboxKind kind) {
  return kind == OutboxKind::notice || kind == OutboxKind::forward || kind == OutboxKind::alert;
}

// Whether it is news that mail to the address bounces: not while it is muted, and once a day.
bool is_news(const Occasion& at, const std::string& address) {
  const std::string key = address_key(address);
  const std::string name = "agent's mail bounced " + key;
  UnixTime last = 0;
  if (const auto known = at.store.value(name)) parse_rfc3339(*known, last);
  if (at.store.outbox().muted(key, at.now) || at.now - last < kNotedAgainAfter) return false;
  at.tx.set_value(name, rfc3339(at.now));
  return true;
}

// Nobody is told by mail: what told of it would bounce in its turn, and so on for ever.
std::string note_agents_bounce(const Occasion& at, const StoredMail& stored, const OutboxRow& row,
                               const Failures& failures) {
  std::string reason =
      fmt::format("bounce:ours: of outbox {}, {} to {}, {}", row.id, to_string(row.kind), row.to.front(),
                  failures.is_delay ? "delayed"
                  : failures.hard   ? "hard: it gets no notifications for 60 days"
                                    : "given up");
  if (failures.is_delay) return reason;
  const bool news = is_news(at, row.to.front());
  mute(at, failures);
  if (!news) return reason;
  log::error("mail to an agent or operator does not arrive",
             {{"address", row.to.front()},
              {"outbox", row.id},
              {"reason", failures.why},
              {"advice",
               "Correct `queues[].agents` or `notify.to`; a refused address gets no notifications for 60 "
               "days, or until an answer comes from it."}});
  if (row.ticket && row.kind != OutboxKind::alert) {
    add_note(at, *row.ticket, "Delivery failed", "A notification was not delivered:" + failures.lines, stored.mailbox);
  }
  return reason;
}

bool is_bounced(Store& store, const OutboxRow& row) {
  const auto message = row.message ? store.message(*row.message) : std::nullopt;
  return message && message->state == "bounced";
}

}  // namespace

std::vector<std::string> note_bounce(const Occasion& at, const StoredMail& stored) {
  const auto row = bounced_row(at.store, stored);
  if (!row) return {};
  if (stored.placement.trust.verdict == "fail") return {"bounce:ignored: its sender failed authentication"};
  const Failures failures = failures_of(stored.mail.verdict, *row);
  if (failures.addresses.empty()) return {"bounce:ignored: it names no address that the mail was sent to"};
  if (is_to_agents(row->kind)) return {note_agents_bounce(at, stored, *row, failures)};
  mute(at, failures);
  // A report of delay that comes late says nothing new.
  const bool is_over = failures.is_delay && is_bounced(at.store, *row);
  if (!is_over) at.tx.outbox().set_delivery(row->id, failures.is_delay ? "delayed" : "bounced");
  std::vector<std::string> reasons{fmt::format("bounce:ours: of outbox {}, {}", row->id,
                                               failures.is_delay ? "delayed"
                                               : failures.hard   ? "hard"
                                                                 : "given up")};
  const auto ticket = row->ticket ? at.store.ticket(*row->ticket) : std::nullopt;
  if (!ticket) return reasons;
  const char* subject = failures.is_delay ? "Delivery delayed" : "Delivery failed";
  const std::string what = fmt::format("Our mail \"{}\" {}:{}", one_line(row->subject),
                                       failures.is_delay ? "is delayed" : "was not delivered", failures.lines);
  add_note(at, ticket->id, subject, what, stored.mailbox);
  if (is_over) return reasons;
  std::string told =
      tell_agents(at, stored.mailbox, *ticket,
                  {fmt::format("[{}] {}", ticket->number, subject), what, row->message, failures.addresses});
  if (!told.empty()) reasons.push_back(std::move(told));
  return reasons;
}

void note_refusal(const Occasion& at, const config::Mailbox& mailbox, const OutboxRow& row,
                  const std::vector<std::string>& lines) {
  const auto ticket = row.ticket ? at.store.ticket(*row.ticket) : std::nullopt;
  if (!ticket || is_to_agents(row.kind)) return;
  std::string what = fmt::format("Our mail \"{}\" was refused by the mail server:", one_line(row.subject));
  for (const auto& line : lines) what += "\n  " + one_line(line);
  add_note(at, ticket->id, "Delivery failed", what, mailbox);
  tell_agents(at, mailbox, *ticket, {fmt::format("[{}] Delivery failed", ticket->number), what, row.message, {}});
}

}  // namespace poller::outbound
