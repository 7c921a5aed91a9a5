#include "outbound/agents.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "outbound/reply.h"
#include "parsers/address_key.h"
#include "parsers/attachment_bytes.h"
#include "parsers/authentication_results.h"
#include "parsers/encode_header.h"
#include "threading/home.h"
#include "threading/message_id.h"
#include "threading/ring_store.h"

namespace poller::outbound {
namespace {

constexpr std::size_t kShownText = 32 * 1024;

std::string sender_of(const Mail& mail) { return mail.from ? mail.from->address : std::string(); }

int queue_notice(Store& store, Transaction& tx, const config::Queue& queue, const std::string& not_to, Draft draft,
                 UnixTime now) {
  draft.kind = OutboxKind::notice;
  draft.is_message = false;
  draft.auto_submitted = "auto-generated";
  int told = 0;
  for (const auto& agent : queue.agents) {
    if (!is_sendable_address(agent) || agent.starts_with('@') || same_address(agent, not_to)) continue;
    draft.to = {{"", agent}};
    enqueue(store, tx, draft, now);
    ++told;
  }
  return told;
}

std::string notice_text(const Ticket& ticket, const Mail& mail, bool is_new) {
  std::string out = fmt::format(
      "{} {} by {} <{}>\nQueue: {}   Status: {}\n\n", is_new ? "New ticket" : "Answer to ticket", ticket.number,
      one_line(mail.from ? mail.from->name : ""), one_line(sender_of(mail)), one_line(ticket.queue), ticket.status);
  out += text::utf8_prefix(is_new ? mail.text : mail.new_text, kShownText);
  if (!mail.attachments.empty()) {
    out += "\n\nAttachments:";
    for (const auto& a : mail.attachments) {
      out += fmt::format("\n  {} ({} bytes)", one_line(a.filename.value_or("unnamed")), a.size);
    }
  }
  out +=
      "\n\n-- \nAnswer this mail to answer the requester. Commands on the first lines, each on a line of its own:\n"
      "#close #pending #open set the ticket's status; #note keeps your answer from the requester.\n";
  return out;
}

// The topmost field is the receiving server's own. A word of "fail" about From's domain is enough to keep a mail from
// speaking for the help desk; no word at all is not.
bool sender_is_forged(const StoredMail& stored) {
  for (const auto& field : stored.mail.mail.fields) {
    if (!text::iequals(field.name, "Authentication-Results")) continue;
    const AuthenticationResults results = parse_authentication_results(field.value);
    const auto* dmarc = results.find("dmarc");
    const auto* spf = results.find("spf");
    const auto* dkim = results.find("dkim");
    if (dmarc != nullptr && dmarc->result == "fail") return true;
    const bool dkim_passed = dkim != nullptr && dkim->result == "pass";
    return spf != nullptr && spf->result == "fail" && !dkim_passed;
  }
  return false;
}

std::vector<OutgoingFile> files_of(const StoredMail& stored) {
  std::vector<OutgoingFile> files;
  const auto& attachments = stored.mail.mail.attachments;
  if (attachments.empty()) return files;
  const PackedRaw& packed = stored.mail.packed;
  const std::string raw = unpack_raw(packed.codec, packed.bytes, packed.size);
  for (const auto& a : attachments) {
    if (a.is_inline) continue;  // pictures of the agent's signature and of what he quotes
    files.push_back({a.filename.value_or(""), a.content_type, attachment_bytes(raw, a.locator), "", false});
  }
  return files;
}

}  // namespace

bool is_agent_of(const config::Config& config, const std::string& queue, const std::string& address) {
  const config::Queue* found = config::find_queue(config, queue);
  return found != nullptr && config::is_agent(*found, address);
}

std::string notify_agents(Store& store, Transaction& tx, const config::Config& config, const StoredMail& stored,
                          const Ticket& ticket, UnixTime now) {
  const config::Queue* queue = config::find_queue(config, ticket.queue);
  if (queue == nullptr || queue->agents.empty() || !stored.mailbox.smtp) return {};
  if (stored.mail.verdict.kind != MailKind::mail && stored.mail.verdict.kind != MailKind::calendar) return {};
  if (stored.placement.limit) return "agents:not told: " + *stored.placement.limit;
  const UnixTime age = now - stored.mail.received_at;
  if (age > config.answers.max_age.count()) return "agents:not told: the mail is older than answers.max_age";
  if (stored.mail.retry_of) return {};
  if (!has_room(store, config)) return "agents:not told: the outbox is full (outbound.max_pending)";
  Draft draft;
  draft.mailbox = &stored.mailbox;
  draft.ticket = ticket;
  draft.subject = answer_subject(ticket);
  if (stored.placement.is_new_ticket) draft.subject.erase(0, 4);  // "Re: "
  draft.text = notice_text(ticket, stored.mail.mail, stored.placement.is_new_ticket);
  draft.about = stored.placement.message;
  draft.who = "poller";
  const int told = queue_notice(store, tx, *queue, sender_of(stored.mail.mail), std::move(draft), now);
  return told == 0 ? std::string() : fmt::format("agents:told: {}", told);
}

void tell_agents(Store& store, Transaction& tx, const config::Config& config, const config::Mailbox& mailbox,
                 const Ticket& ticket, const AgentNews& news, UnixTime now) {
  const config::Queue* queue = config::find_queue(config, ticket.queue);
  if (queue == nullptr || !mailbox.smtp || !has_room(store, config)) return;
  Draft draft;
  draft.mailbox = &mailbox;
  draft.ticket = ticket;
  draft.subject = news.subject;
  draft.text = news.text;
  draft.about = news.about;
  draft.who = "poller";
  queue_notice(store, tx, *queue, "", std::move(draft), now);
}

std::optional<AgentAnswer> agent_answer(Store& store, const config::Config& config, const StoredMail& stored,
                                        const Ticket& ticket) {
  const Mail& mail = stored.mail.mail;
  std::vector<std::string> ids = mail.in_reply_to;
  ids.insert(ids.end(), mail.references.rbegin(), mail.references.rend());
  const auto ring = load_key_ring(store);
  const bool told = ring && std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
                      const auto token = read_message_id(*ring, id);
                      return token && token->role == TokenRole::agent && home_of(store, id, *token) == ticket.id;
                    });
  if (!told) return std::nullopt;
  AgentAnswer answer;
  answer.address = sender_of(mail);
  const config::Queue* queue = config::find_queue(config, ticket.queue);
  if (queue == nullptr || !config::is_agent(*queue, answer.address)) {
    answer.refused_because = "its sender is no agent of the queue";
  } else if (sender_is_forged(stored)) {
    answer.refused_because = "the sender's authentication failed";
  } else if (stored.mail.verdict.kind != MailKind::mail) {
    answer.refused_because = "a machine wrote it";
  } else {
    answer.accepted = true;
  }
  return answer;
}

std::string pass_on(Store& store, Transaction& tx, const config::Config& config, const StoredMail& stored,
                    const Ticket& ticket, const AgentAnswer& answer, UnixTime now) {
  if (!answer.accepted) return "agents:answer not sent on: " + answer.refused_because;
  const AgentCommands commands = take_commands(stored.mail.mail.new_text);
  const std::string who = answer.address;
  if (commands.note || text::trim(commands.text).empty()) {
    if (commands.status && *commands.status != ticket.status) {
      TicketUpdate update;
      update.status = commands.status;
      tx.update_ticket(ticket.id, update, who, now);
    }
    return commands.note ? "agents:answer kept as a note" : "agents:commands obeyed";
  }
  Reply reply;
  reply.text = commands.text;
  reply.status = commands.status;
  reply.who = who;
  reply.files = files_of(stored);
  try {
    const Queued queued = queue_reply(store, tx, config, ticket, reply, now);
    return fmt::format("agents:answer sent on to {} (outbox {})", ticket.requester.address, queued.outbox);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::storage || error.kind() == ErrorKind::temporary) throw;
    return fmt::format("agents:answer not sent on: {}", error.what());
  }
}

AgentCommands take_commands(const std::string& given) {
  AgentCommands out;
  std::string_view rest = given;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const std::string line = text::to_lower(text::trim(rest.substr(0, end)));
    if (line == "#close" || line == "#closed") {
      out.status = "closed";
    } else if (line == "#pending") {
      out.status = "pending";
    } else if (line == "#open") {
      out.status = "open";
    } else if (line == "#note") {
      out.note = true;
    } else if (!line.empty()) {
      break;
    }
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  out.text = std::string(rest);
  return out;
}

}  // namespace poller::outbound
