#include "outbound/draft.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "lib/openssl/digest.h"
#include "lib/openssl/random.h"
#include "parsers/address_key.h"
#include "parsers/addresses.h"
#include "parsers/encode_header.h"
#include "parsers/header_words.h"
#include "parsers/mime.h"
#include "parsers/robot_addresses.h"
#include "parsers/subject_base.h"
#include "threading/message_id.h"
#include "threading/ring_store.h"

namespace poller::outbound {
namespace {

std::string domain_of(const Address& address) {
  const std::string shown = wire_address(address.address);
  const auto at = shown.rfind('@');
  return at == std::string::npos ? "localhost" : shown.substr(at + 1);
}

void add_recipients(std::vector<std::string>& envelope, const std::vector<Address>& addresses) {
  for (const auto& a : addresses) {
    const bool known = std::any_of(envelope.begin(), envelope.end(),
                                   [&](const std::string& other) { return same_address(other, a.address); });
    if (!known && is_sendable_address(a.address)) envelope.push_back(wire_address(a.address));
  }
}

OutgoingMail outgoing(const Draft& d, const std::string& message_id, UnixTime now) {
  OutgoingMail mail;
  mail.from = from_address(*d.mailbox);
  if (!d.mailbox->address.empty() && !same_address(d.mailbox->address, mail.from.address)) {
    mail.reply_to.push_back({mail.from.name, d.mailbox->address});
  }
  mail.to = d.to;
  mail.cc = d.cc;
  mail.subject = d.subject;
  mail.date = now;
  mail.message_id = message_id;
  mail.in_reply_to = d.in_reply_to;
  mail.references = d.references;
  mail.thread_topic = d.thread_topic;
  mail.thread_index = d.thread_index;
  mail.auto_submitted = d.auto_submitted;
  mail.text = d.text;
  mail.html = d.html;
  mail.files = d.files;
  mail.boundary_seed = text::hex(random_bytes(16));
  return mail;
}

TokenRole role_of_kind(OutboxKind kind) {
  switch (kind) {
    case OutboxKind::notice:
    case OutboxKind::forward:
      return TokenRole::agent;
    case OutboxKind::alert:
      return TokenRole::alert;
    default:
      return TokenRole::customer;
  }
}

bool mentions(const std::string& subject, const std::string& number) {
  const auto at = text::ifind(subject, number);
  if (at == std::string::npos) return false;
  const auto is_word = [](char c) { return text::is_alnum(c); };
  const auto end = at + number.size();
  return (at == 0 || !is_word(subject[at - 1])) && (end == subject.size() || !is_word(subject[end]));
}

}  // namespace

Address from_address(const config::Mailbox& mailbox) {
  // The configuration holds a name as people write it, not as a header does.
  const std::string& from = mailbox.smtp->from;
  const auto open = from.rfind('<');
  if (open == std::string::npos) return {"", std::string(text::trim(from))};
  std::string_view name = text::trim(std::string_view(from).substr(0, open));
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
  const auto close = from.find('>', open);
  return {std::string(name), from.substr(open + 1, (close == std::string::npos ? from.size() : close) - open - 1)};
}

bool has_room(Store& store, const config::Config& config) {
  return store.outbox().counts().pending < config.outbound.max_pending;
}

Address answer_address(const Ticket& ticket, const Mail& mail) {
  const bool wrote_it = mail.from && same_address(mail.from->address, ticket.requester.address);
  if (!wrote_it || !is_robot_address(ticket.requester.address)) return ticket.requester;
  for (const Address& other : mail.reply_to) {
    if (is_sendable_address(other.address) && !is_robot_address(other.address)) return other;
  }
  return ticket.requester;
}

std::string answer_subject(const Ticket& ticket) {
  const std::string base = one_line(subject_base(ticket.subject));
  if (mentions(base, ticket.number)) return "Re: " + base;
  return fmt::format("Re: [{}] {}", ticket.number, base);
}

void refer_to(Draft& draft, const Mail& mail) {
  draft.references = mail.references;
  if (draft.references.empty()) draft.references = mail.in_reply_to;
  if (mail.message_id) {
    draft.in_reply_to = {*mail.message_id};
    draft.references.push_back(*mail.message_id);
  }
  if (const Field* topic = find_field(mail.fields, "Thread-Topic")) draft.thread_topic = decode_words(topic->value);
  if (const Field* index = find_field(mail.fields, "Thread-Index")) {
    for (const char c : index->value) {
      if (!text::is_space(c)) draft.thread_index += c;
    }
  }
}

std::string mark_of_next(Store& store, Transaction& tx, const Ticket& ticket, OutboxKind kind, UnixTime now) {
  std::string id =
      make_message_id(ensure_key_ring(store, tx, now), {ticket.id, tx.outbox().next_id(), role_of_kind(kind)}, "mark");
  id.erase(id.find('@'));
  return id;
}

const config::Mailbox& sending_mailbox(const config::Config& config, const Ticket& ticket,
                                       const std::vector<Message>& messages) {
  for (auto it = messages.rbegin(); it != messages.rend(); ++it) {
    const auto* mailbox = config::find_mailbox(config, it->mailbox);
    if (it->direction == Direction::in && mailbox != nullptr && mailbox->smtp) return *mailbox;
  }
  for (const auto& mailbox : config.mailboxes) {
    if (mailbox.smtp && mailbox.queue == ticket.queue) return mailbox;
  }
  for (const auto& mailbox : config.mailboxes) {
    if (mailbox.smtp) return mailbox;
  }
  throw Error(ErrorKind::configuration, "no mailbox can send", "Give the mailbox an `smtp` section.");
}

Queued enqueue(Store& store, Transaction& tx, const Draft& d, UnixTime now) {
  if (d.mailbox == nullptr || !d.mailbox->smtp) throw Error(ErrorKind::usage, "the mailbox has no smtp section");
  NewOutgoing row;
  add_recipients(row.to, d.to);
  if (row.to.empty()) throw Error(ErrorKind::permanent, "there is no recipient that mail can be sent to");
  add_recipients(row.to, d.cc);
  row.id = tx.outbox().next_id();
  const Address from = from_address(*d.mailbox);
  row.message_id = make_message_id(ensure_key_ring(store, tx, now),
                                   {d.ticket ? d.ticket->id : 0, row.id, role_of_kind(d.kind)}, domain_of(from));

  std::string bytes = compose_mail(outgoing(d, row.message_id, now));
  const Mail parsed = parse_mail(bytes);
  std::string sha256 = parsed.sha256.empty() ? sha256_hex(bytes) : parsed.sha256;
  const PackedRaw raw = pack_raw(std::move(bytes), std::move(sha256));
  if (d.ticket && d.is_message) {
    Verdict verdict;
    verdict.may_answer = d.auto_submitted.empty();
    NewMessage message;
    message.ticket = d.ticket->id;
    message.direction = Direction::out;
    message.mail = &parsed;
    message.verdict = &verdict;
    message.raw = &raw;
    message.received_at = now;
    message.mailbox = d.mailbox->name;
    message.state = to_string(OutboxState::pending);
    row.message = tx.add_message(message, d.who);
  } else if (d.ticket) {
    tx.add_thread_ids(d.ticket->id, std::span(&row.message_id, 1));
  }
  row.kind = d.kind;
  row.mailbox = d.mailbox->name;
  if (d.ticket) row.ticket = d.ticket->id;
  row.about = d.about;
  row.created_at = now;
  row.not_before = std::max(now, d.not_before);
  row.sender = wire_address(from.address);
  row.answers = d.answers;
  row.subject = one_line(d.subject);
  row.raw = &raw;
  tx.outbox().add(row);
  return {row.id, row.message, row.message_id};
}

}  // namespace poller::outbound
