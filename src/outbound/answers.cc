#include "outbound/answers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "outbound/agent_answers.h"
#include "outbound/agents.h"
#include "outbound/bounces.h"
#include "outbound/floods.h"
#include "parsers/address_key.h"
#include "parsers/encode_header.h"
#include "parsers/mime.h"

namespace poller::outbound {
namespace {

constexpr std::size_t kEchoedText = 8 * 1024;  // of the sender's words in an answer: no amplifier for strangers

const char* answer_word(OutboxKind kind) {
  switch (kind) {
    case OutboxKind::too_large:
      return "refusal of an oversized mail";
    case OutboxKind::closed:
      return "closing notice";
    default:
      return "acknowledgement";
  }
}

// The language that the sender's program names, "de" of "de-AT, en".
std::string language_of(const Mail& mail) {
  for (const char* name : {"Content-Language", "Accept-Language"}) {
    const Field* field = find_field(mail.fields, name);
    if (field == nullptr) continue;
    const std::string_view value = text::trim(field->value);
    return text::to_lower(value.substr(0, value.find_first_of("-_,; ")));
  }
  return {};
}

// By its bytes, where they are still here.
std::string language_of_stored(Store& store, const Message& message) {
  const std::string hash = store.message_raw_sha256(message.id);
  const auto raw = hash.empty() ? std::nullopt : store.raw(hash);
  return raw ? language_of(parse_mail(*raw, {}, true)) : std::string();
}

constexpr const char* kInQuarantine = "This mail is in quarantine: `poller quarantine` lists it.";

TemplateValues values_of(const Ticket& ticket, const std::string& text) {
  const std::string name = one_line(ticket.requester.name);
  return {{"number", ticket.number},
          {"subject", one_line(ticket.subject)},
          {"requester_name", name.empty() ? one_line(ticket.requester.address) : name},
          {"queue", one_line(ticket.queue)},
          {"created_at", rfc3339(ticket.created_at)},
          {"text", std::string(text::utf8_prefix(text, kEchoedText))}};
}

}  // namespace

std::vector<Error> template_faults(const config::Answers& answers) {
  std::vector<Error> out;
  const auto try_one = [&](const config::Template& files, const char* key) {
    try {
      const AnswerTemplate form(files, key);
    } catch (const Error& error) {
      out.push_back(error);
    }
  };
  try_one(answers.new_ticket, "answers.new_ticket");
  try_one(answers.closed, "answers.closed");
  try_one(answers.too_large, "answers.too_large");
  return out;
}

Answers::Answers(const config::Config& config, const Clock& clock, AnswerOptions options)
    : config_(config),
      clock_(clock),
      options_(options),
      room_(config),
      new_ticket_(config.answers.new_ticket, "answers.new_ticket"),
      closed_(config.answers.closed, "answers.closed"),
      too_large_(config.answers.too_large, "answers.too_large") {}

// Why that address gets nothing automatic from us, whatever the mail was.
std::string Answers::brake(Store& store, Transaction& tx, TicketId ticket, const std::string& address) const {
  const UnixTime now = clock_.unix_now();
  if (!is_sendable_address(address)) return "there is no address to answer to";
  if (config::is_own_address(config_, address) || config::is_own_address(config_, split_detail(address).address)) {
    return "the address is our own";
  }
  if (const auto muted = store.outbox().muted(address_key(address), now)) return "muted: " + *muted;
  const auto& rate = config_.answers.per_sender;
  if (store.outbox().answers_since(address_key(address), now - rate.window.count()) >= rate.count) {
    return fmt::format("the sender has had {} answers within {} s (answers.per_sender)", rate.count,
                       rate.window.count());
  }
  if (const auto flood = answer_flood(store, ticket, now)) return *flood;
  if (!room_.allows(store, tx, now)) return "the outbox is full (outbound.max_pending)";
  return {};
}

std::string Answers::why_not(Store& store, Transaction& tx, const StoredMail& stored,
                             const std::string& address) const {
  if (!options_.live) return "replayed mail is not answered";
  if (stored.mail.retry_of) return "mail retried from quarantine is not answered";
  if (stored.mail.verdict.kind == MailKind::list) return "list mail is never answered";
  if (stored.placement.limit) return *stored.placement.limit;
  if (stored.placement.trust.verdict == "fail") return "the sender failed authentication, the address may be another's";
  if (!stored.mail.verdict.may_answer && !stored.mail.quarantine_reason) return "the mail may not be answered";
  if (!stored.mailbox.smtp) return "the mailbox has no smtp";
  const UnixTime age = clock_.unix_now() - stored.mail.received_at;
  if (age > config_.answers.max_age.count()) {
    return fmt::format("the mail arrived {} s ago, longer than answers.max_age ({} s)", age,
                       config_.answers.max_age.count());
  }
  return brake(store, tx, stored.placement.ticket.value_or(0), address);
}

std::string Answers::acknowledge(Store& store, Transaction& tx, const StoredMail& stored, const Ticket& ticket,
                                 const AnswerTemplate& form, OutboxKind kind) {
  const Address to = answer_address(ticket, stored.mail.mail);
  const std::string reason = why_not(store, tx, stored, to.address);
  if (!reason.empty()) return fmt::format("answer:held-back: no {}: {}", answer_word(kind), reason);
  TemplateValues values = values_of(ticket, stored.mail.mail.new_text);
  values["mark"] = mark_of_next(store, tx, ticket, kind, clock_.unix_now());
  RenderedAnswer answer = form.render(ticket.queue, language_of(stored.mail.mail), values);
  Draft draft;
  draft.kind = kind;
  draft.mailbox = &stored.mailbox;
  draft.ticket = ticket;
  draft.to = {to};
  draft.subject = answer_subject(ticket);
  draft.text = std::move(answer.text);
  draft.html = std::move(answer.html);
  draft.auto_submitted = "auto-replied";
  draft.answers = address_key(to.address);
  draft.who = "poller";
  refer_to(draft, stored.mail.mail);
  const Queued queued = enqueue(store, tx, draft, clock_.unix_now());
  return fmt::format("answer:queued: {} to {} (outbox {})", answer_word(kind), to.address, queued.outbox);
}

std::vector<std::string> Answers::mail_stored(Store& store, Transaction& tx, const StoredMail& stored) {
  std::vector<std::string> reasons;
  const auto add = [&](std::string reason) {
    if (!reason.empty()) reasons.push_back(std::move(reason));
  };
  const Placement& p = stored.placement;
  if (!p.ticket) return reasons;
  const auto ticket = store.ticket(*p.ticket);
  if (!ticket || ticket->status == "spam") return reasons;
  const Occasion at{store, tx, config_, room_, clock_.unix_now()};
  if (p.outcome == Outcome::quarantined) {
    if (too_large_.enabled() && p.is_new_ticket && !stored.mail.raw.complete && !stored.mail.mail.fields.empty()) {
      add(acknowledge(store, tx, stored, *ticket, too_large_, OutboxKind::too_large));
    }
    if (options_.live && p.is_new_ticket) add(notify_agents(at, stored, *ticket, kInQuarantine));
    return reasons;
  }
  if (p.outcome != Outcome::stored) return reasons;
  if (stored.mail.verdict.bounce) return note_bounce(at, stored);
  std::string remark, silence;
  if (const auto answer = agent_answer(at, stored, *ticket)) {
    if (answer->is_agents) {
      if (options_.live) reasons = pass_on(at, stored, *ticket, *answer);
      if (answer->is_joined) return reasons;
    } else {
      add(take_as_customers(stored, *ticket, *answer));
      remark = remark_on(*answer);
      silence = why_answer_not_told(at, stored, *ticket, *answer);
    }
  }
  if (p.is_new_ticket && new_ticket_.enabled()) {
    add(acknowledge(store, tx, stored, *ticket, new_ticket_, OutboxKind::ack));
  }
  if (!options_.live) return reasons;
  add(silence.empty() ? notify_agents(at, stored, *ticket, remark) : "agents:not told: " + silence);
  return reasons;
}

std::optional<std::string> Answers::ticket_closed(Store& store, Transaction& tx, const Ticket& ticket) {
  if (!closed_.enabled()) return std::nullopt;
  const auto messages = store.messages(ticket.id);
  const std::string reason = brake(store, tx, ticket.id, ticket.requester.address);
  if (!reason.empty()) return fmt::format("no closing notice: {}", reason);
  const Message* last = nullptr;
  for (const auto& m : messages) {
    if (m.direction == Direction::in) last = &m;
  }
  if (last != nullptr && !last->verdict.may_answer) return "no closing notice: the ticket's last mail is a machine's";
  const config::Mailbox* mailbox = nullptr;
  try {
    mailbox = &sending_mailbox(config_, ticket, messages);
  } catch (const Error& error) {
    return fmt::format("no closing notice: {}", error.what());
  }
  const std::string language = last != nullptr ? language_of_stored(store, *last) : std::string();
  TemplateValues values = values_of(ticket, last != nullptr ? last->mail.new_text : "");
  values["mark"] = mark_of_next(store, tx, ticket, OutboxKind::closed, clock_.unix_now());
  RenderedAnswer answer = closed_.render(ticket.queue, language, values);
  Draft draft;
  draft.kind = OutboxKind::closed;
  draft.mailbox = mailbox;
  draft.ticket = ticket;
  draft.to = {ticket.requester};
  draft.subject = answer_subject(ticket);
  draft.text = std::move(answer.text);
  draft.html = std::move(answer.html);
  draft.auto_submitted = "auto-generated";
  draft.answers = address_key(ticket.requester.address);
  draft.who = "poller";
  if (last != nullptr) refer_to(draft, last->mail);
  enqueue(store, tx, draft, clock_.unix_now());
  return std::nullopt;
}

}  // namespace poller::outbound
