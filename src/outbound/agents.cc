#include "outbound/agents.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "parsers/address_key.h"
#include "parsers/addresses.h"
#include "parsers/encode_header.h"

namespace poller::outbound {
namespace {

constexpr std::size_t kShownText = 32 * 1024;
constexpr std::size_t kMostFromAddresses = 20;

struct Told {
  int count = 0;
  std::vector<std::string> muted;  // "ann@contoso.com (mail to it was refused: …)"
  bool is_full = false;            // the outbox had no room for it
};

// An agent to whom mail bounces is not told: each notice would come back, to be told of in its turn.
Told queue_notice(const Occasion& at, const config::Queue& queue, const std::vector<std::string>& not_to, Draft draft) {
  draft.kind = OutboxKind::notice;
  draft.is_message = false;
  draft.auto_submitted = "auto-generated";
  Told told;
  std::vector<std::string> agents;
  for (const auto& agent : queue.agents) {
    if (!is_sendable_address(agent) || agent.starts_with('@')) continue;
    if (std::any_of(not_to.begin(), not_to.end(), [&](const auto& other) { return same_address(agent, other); })) {
      continue;
    }
    if (const auto why = at.store.outbox().muted(address_key(agent), at.now)) {
      told.muted.push_back(fmt::format("{} ({})", agent, *why));
      continue;
    }
    agents.push_back(agent);
  }
  told.is_full = !agents.empty() && !at.room.allows(at.store, at.tx, at.now);
  if (told.is_full) return told;
  for (const auto& agent : agents) {
    draft.to = {{"", agent}};
    enqueue(at.store, at.tx, draft, at.now);
    ++told.count;
  }
  return told;
}

std::string reason_of(const Told& told) {
  if (told.is_full) return "agents:not told: the outbox is full (outbound.max_pending)";
  if (told.count == 0 && told.muted.empty()) return {};
  const std::string muted = fmt::format("muted: {}", fmt::join(told.muted, ", "));
  if (told.count == 0) return "agents:not told: " + muted;
  if (told.muted.empty()) return fmt::format("agents:told: {}", told.count);
  return fmt::format("agents:told: {}, not told: {}", told.count, muted);
}

std::string notice_text(const Ticket& ticket, const Mail& mail, bool is_new, const std::string& remark) {
  std::string out = fmt::format(
      "{} {} by {} <{}>\nQueue: {}   Status: {}\n\n", is_new ? "New ticket" : "Answer to ticket", ticket.number,
      one_line(mail.from ? mail.from->name : ""), one_line(sender_of(mail)), one_line(ticket.queue), ticket.status);
  if (!remark.empty()) out += fmt::format("Note: {}\n\n", one_line(remark));
  out += text::utf8_prefix(is_new ? mail.text : mail.new_text, kShownText);
  if (!mail.attachments.empty()) {
    out += "\n\nAttachments:";
    for (const auto& a : mail.attachments) {
      out += fmt::format("\n  {} ({} bytes)", one_line(a.filename.value_or("unnamed")), a.size);
    }
  }
  return out + "\n\n-- \nAnswer this mail to answer the requester. " + kCommandHelp;
}

}  // namespace

const char* const kCommandHelp =
    "Commands on the first lines, each on a line of its own:\n"
    "#close #pending #open set the ticket's status; #note keeps your answer from the requester.\n";

std::string sender_of(const Mail& mail) { return mail.from ? mail.from->address : std::string(); }

bool has_many_senders(const Mail& mail) {
  std::size_t count = 0;
  for (const Field& field : mail.fields) {
    if (text::iequals(field.name, "From")) count += parse_addresses(field.value, kMostFromAddresses).size();
  }
  return count > 1;
}

bool is_agent_of(const config::Config& config, const std::string& queue, const std::string& address) {
  const config::Queue* found = config::find_queue(config, queue);
  return found != nullptr && config::is_agent(*found, address);
}

std::string why_not_told(const Occasion& at, const StoredMail& stored) {
  if (stored.placement.limit) return *stored.placement.limit;
  const UnixTime age = at.now - stored.mail.received_at;
  if (age > at.config.answers.max_age.count()) return "the mail is older than answers.max_age";
  return {};
}

std::string notify_agents(const Occasion& at, const StoredMail& stored, const Ticket& ticket,
                          const std::string& remark) {
  const config::Queue* queue = config::find_queue(at.config, ticket.queue);
  if (queue == nullptr || queue->agents.empty() || !stored.mailbox.smtp) return {};
  if (stored.mail.verdict.kind != MailKind::mail && stored.mail.verdict.kind != MailKind::calendar) return {};
  if (const std::string why = why_not_told(at, stored); !why.empty()) return "agents:not told: " + why;
  if (stored.mail.retry_of) return {};
  const Mail& mail = stored.mail.mail;
  Draft draft;
  draft.mailbox = &stored.mailbox;
  draft.ticket = ticket;
  draft.subject = answer_subject(ticket);
  if (stored.placement.is_new_ticket) draft.subject.erase(0, 4);  // "Re: "
  draft.text = notice_text(ticket, mail, stored.placement.is_new_ticket, remark);
  draft.about = stored.placement.message;
  draft.who = "poller";
  // Of two senders neither is known to have written it: both may be told.
  std::vector<std::string> not_to;
  if (!has_many_senders(mail)) not_to.push_back(sender_of(mail));
  return reason_of(queue_notice(at, *queue, not_to, std::move(draft)));
}

std::string tell_agents(const Occasion& at, const config::Mailbox& mailbox, const Ticket& ticket, AgentNews news) {
  const config::Queue* queue = config::find_queue(at.config, ticket.queue);
  if (queue == nullptr || !mailbox.smtp) return {};
  Draft draft;
  draft.mailbox = &mailbox;
  draft.ticket = ticket;
  draft.subject = std::move(news.subject);
  draft.text = std::move(news.text);
  draft.about = news.about;
  draft.who = "poller";
  return reason_of(queue_notice(at, *queue, news.not_to, std::move(draft)));
}

}  // namespace poller::outbound
