#include "outbound/reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "outbound/agents.h"
#include "outbound/html.h"
#include "outbound/quotable_html.h"
#include "parsers/address_key.h"
#include "parsers/attachment_bytes.h"
#include "parsers/encode_header.h"
#include "parsers/mime.h"

namespace poller::outbound {
namespace {

constexpr std::size_t kQuotedText = 64 * 1024;
constexpr std::size_t kQuotedHtml = 512 * 1024;
constexpr std::uint64_t kQuotedImages = 5'000'000;  // bytes of inline images that are sent back

// The mail that is answered, and its raw bytes where they are still here.
struct Answered {
  const Message* message = nullptr;
  std::string raw;
  Mail headers;
};

// By the mail's own record, whatever the lists say today: an agent wrote it (his note would go to the requester), or
// somebody whom the ticket does not know (his words would go out as part of ours).
bool is_for_us_alone(Store& store, const config::Config& config, const Message& m) {
  const auto record = nlohmann::json::parse(store.decision_json(m.id), nullptr, false);
  const auto trust = record.is_object() ? record.value("trust", nlohmann::json::object()) : nlohmann::json::object();
  if (trust.value("flagged", false)) return true;
  for (const auto& signal : trust.value("signals", nlohmann::json::array())) {
    if (signal.value("who", "") == "agent") return true;
  }
  const std::string from = m.mail.from ? m.mail.from->address : std::string();
  return std::any_of(config.queues.begin(), config.queues.end(),
                     [&](const config::Queue& queue) { return config::is_agent(queue, from); });
}

bool is_a_persons(const Message& m) {
  const MailKind kind = m.verdict.kind;
  return m.direction == Direction::in &&
         (kind == MailKind::mail || kind == MailKind::list || kind == MailKind::calendar);
}

// The requester's last mail, or another's; never a machine's, an agent's own or a stranger's.
const Message* find_answered(Store& store, const config::Config& config, const Ticket& ticket,
                             const std::vector<Message>& messages) {
  const Message* other = nullptr;
  for (auto it = messages.rbegin(); it != messages.rend(); ++it) {
    if (!is_a_persons(*it)) continue;
    const bool is_requesters = it->mail.from && same_address(it->mail.from->address, ticket.requester.address);
    if (is_requesters) return &*it;
    if (other == nullptr && !is_for_us_alone(store, config, *it)) other = &*it;
  }
  return other;
}

Answered answered_mail(Store& store, const config::Config& config, const Ticket& ticket,
                       const std::vector<Message>& messages) {
  Answered out;
  out.message = find_answered(store, config, ticket, messages);
  if (out.message == nullptr) return out;
  if (const std::string hash = store.message_raw_sha256(out.message->id); !hash.empty()) {
    if (auto raw = store.raw(hash)) out.raw = std::move(*raw);
  }
  if (!out.raw.empty()) out.headers = parse_mail(out.raw, {}, true);
  return out;
}

std::string attribution(const Message& m) {
  const std::string who = m.mail.from ? one_line(m.mail.from->name.empty() ? m.mail.from->address : m.mail.from->name)
                                      : std::string("somebody");
  return fmt::format("On {}, {} wrote:", rfc3339(m.mail.date.value_or(m.received_at)), who);
}

std::string quoted_text(const Message& m) {
  std::string out = "\n\n" + attribution(m) + "\n";
  const std::string_view shown = text::utf8_prefix(m.mail.text, kQuotedText);
  for (const auto line : text::split(shown, '\n')) {
    const std::string_view plain = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
    out += plain.starts_with('>') || plain.empty() ? ">" : "> ";
    out += plain;
    out += '\n';
  }
  return out;
}

std::string quoted_html(const Message& m) {
  std::string inner;
  if (m.mail.html && m.mail.html->size() <= kQuotedHtml) {
    inner = quotable_html(*m.mail.html);
  } else {
    inner = html_from_text(text::utf8_prefix(m.mail.text, kQuotedText));
  }
  return fmt::format(
      "<div>{}</div><blockquote type=\"cite\" style=\"margin:0 0 0 .8ex;border-left:1px solid #ccc;"
      "padding-left:1ex\">{}</blockquote>",
      html_escaped(attribution(m)), inner);
}

// The images that the quoted HTML shows.
void keep_inline_images(const Answered& answered, Draft& draft) {
  std::uint64_t bytes = 0;
  for (const auto& stored : answered.message->attachments) {
    const Attachment& a = stored.attachment;
    if (!a.is_inline || !a.content_id || draft.html.find("cid:" + *a.content_id) == std::string::npos) continue;
    if (!text::istarts_with(a.content_type, "image/") || (bytes += a.size) > kQuotedImages) continue;
    draft.files.push_back(
        {a.filename.value_or(""), a.content_type, attachment_bytes(answered.raw, a.locator), *a.content_id, true});
  }
}

void add_quote(const Answered& answered, Draft& draft) {
  if (answered.message == nullptr) return;
  draft.text += quoted_text(*answered.message);
  if (draft.html.empty()) return;
  draft.html += quoted_html(*answered.message);
  if (!answered.raw.empty()) keep_inline_images(answered, draft);
}

void refer_to_ticket(const Answered& answered, const std::vector<Message>& messages, Draft& draft) {
  if (answered.message != nullptr) {
    Mail mail = answered.message->mail;
    mail.fields = answered.headers.fields;
    refer_to(draft, mail);
  }
  if (!draft.references.empty()) return;
  for (const auto& m : messages) {
    if (m.direction != Direction::note && m.mail.message_id) draft.references.push_back(*m.mail.message_id);
  }
  if (!draft.references.empty()) draft.in_reply_to = {draft.references.back()};
}

}  // namespace

Queued queue_reply(Store& store, Transaction& tx, const config::Config& config, const Ticket& ticket,
                   const Reply& reply, UnixTime now) {
  if (!is_sendable_address(ticket.requester.address)) {
    throw Error(ErrorKind::usage,
                fmt::format("{} has no requester that mail can be sent to (\"{}\")", ticket.number,
                            text::escape_controls(ticket.requester.address)),
                "A mail of a person gives it one.");
  }
  const auto messages = store.messages(ticket.id);
  const Answered answered = answered_mail(store, config, ticket, messages);
  Draft draft;
  draft.kind = OutboxKind::reply;
  draft.mailbox = &sending_mailbox(config, ticket, messages);
  draft.ticket = ticket;
  draft.to = {answered.message == nullptr ? ticket.requester : answer_address(ticket, answered.headers)};
  draft.cc = reply.cc;
  draft.subject = answer_subject(ticket);
  draft.text = reply.text.empty() && !reply.html.empty() ? text_from_html(reply.html) : reply.text;
  draft.html = reply.html;
  draft.files = reply.files;
  draft.who = reply.who;
  draft.not_before = now + config.outbound.hold.count();
  refer_to_ticket(answered, messages, draft);
  if (reply.quote) add_quote(answered, draft);
  Queued queued = enqueue(store, tx, draft, now);
  const std::string status = reply.status.value_or(ticket.status == "new" ? "open" : ticket.status);
  if (status != ticket.status) {
    TicketUpdate update;
    update.status = status;
    tx.update_ticket(ticket.id, update, reply.who, now);
  }
  return queued;
}

}  // namespace poller::outbound
