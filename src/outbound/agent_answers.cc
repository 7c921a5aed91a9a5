#include "outbound/agent_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "outbound/agent_files.h"
#include "outbound/agents.h"
#include "outbound/reply.h"
#include "parsers/address_key.h"
#include "parsers/authentication_results.h"
#include "parsers/encode_header.h"
#include "threading/home.h"
#include "threading/message_id.h"
#include "threading/ring_store.h"

namespace poller::outbound {
namespace {

constexpr const char* kNotSentOn = "agents:answer not sent on: ";
constexpr std::size_t kLongestCommand = 40;

// Of one sender in one ticket: a person who was given a notification writes a few, a machine that answers each
// notification would be told of for ever.
struct AnswerFlood {
  UnixTime seconds;
  std::int64_t most;
};
constexpr AnswerFlood kAnswerFloods[] = {{3600, 10}, {86400, 20}};

bool says_fail(const AuthenticationResults& results, std::string_view method) {
  return std::any_of(results.methods.begin(), results.methods.end(),
                     [&](const auto& m) { return m.method == method && m.result == "fail"; });
}

// The topmost field is the receiving server's own, whoever it says it is. A word of "fail" about From's domain is
// enough to keep a mail from speaking for the help desk; no word at all is not. In a field that does not end well what
// passed may be the sender's words.
bool topmost_says_fail(const Mail& mail) {
  const Field* field = find_field(mail.fields, "Authentication-Results");
  if (field == nullptr) return false;
  const AuthenticationResults results = parse_authentication_results(field->value);
  if (!results.whole) {
    return mentions_fail(field->value, "compauth") || mentions_fail(field->value, "dmarc") ||
           mentions_fail(field->value, "spf") || mentions_fail(field->value, "dkim");
  }
  if (says_fail(results, "compauth") || says_fail(results, "dmarc")) return true;
  const auto* dkim = results.find("dkim");
  return says_fail(results, "spf") && (dkim == nullptr || dkim->result != "pass");
}

bool sender_is_forged(const StoredMail& stored) {
  return stored.placement.trust.verdict == "fail" || topmost_says_fail(stored.mail.mail);
}

std::string_view domain_part(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(at);
}

bool is_of_agents_domain(const config::Queue& queue, const std::string& address) {
  const auto domain = domain_part(address);
  return !domain.empty() && std::any_of(queue.agents.begin(), queue.agents.end(),
                                        [&](const auto& a) { return same_address(domain_part(a), domain); });
}

// The ticket whose notification the mail answers, and whether it answers that itself and not what came of it.
struct ToldOf {
  TicketId ticket = 0;
  bool is_direct = false;
};

std::optional<ToldOf> ticket_told_of(Store& store, const Mail& mail, TicketId preferred) {
  std::vector<std::string> ids = mail.in_reply_to;
  ids.insert(ids.end(), mail.references.rbegin(), mail.references.rend());
  const auto ring = load_key_ring(store);
  std::optional<ToldOf> found;
  for (const auto& id : ids) {
    const auto token = ring ? read_message_id(*ring, id) : std::nullopt;
    if (!token || token->role != TokenRole::agent) continue;
    if (!found) found = ToldOf{0, id == ids.front()};
    const TicketId home = home_of(store, id, *token);
    if (found->ticket == 0 || home == preferred) found->ticket = home;
    if (home == preferred) break;
  }
  return found;
}

std::string why_not_sent(const StoredMail& stored, bool is_joined) {
  if (sender_is_forged(stored)) return "the sender's authentication failed";
  if (stored.mail.verdict.kind == MailKind::auto_reply || !stored.mail.verdict.may_answer) return "a machine wrote it";
  if (stored.mail.verdict.kind != MailKind::mail) {
    return fmt::format("it is no plain mail (its kind is {})", to_string(stored.mail.verdict.kind));
  }
  if (!is_joined) return "it did not come into the ticket that it answers";
  return {};
}

void log_not_sent(const StoredMail& stored, const Ticket& ticket, const AgentAnswer& answer, const std::string& why) {
  log::warning("an agent's answer was not sent on to the requester", {{"ticket", ticket.number},
                                                                      {"message", stored.placement.message.value_or(0)},
                                                                      {"from", answer.address},
                                                                      {"why", why}});
}

// Not without end, should a machine answer that in its turn.
bool may_tell(const Occasion& at, const StoredMail& stored, const AgentAnswer& answer) {
  if (!answer.may_be_told || !stored.mail.verdict.may_answer || !stored.mailbox.smtp || stored.mail.retry_of)
    return false;
  if (!why_not_told(at, stored).empty() || !is_sendable_address(answer.address)) return false;
  const std::string key = address_key(answer.address);
  const auto& rate = at.config.answers.per_sender;
  return !at.store.outbox().muted(key, at.now) &&
         at.store.outbox().answers_since(key, at.now - rate.window.count()) < rate.count &&
         at.room.allows(at.store, at.tx, at.now);
}

std::vector<std::string> not_sent(const Occasion& at, const StoredMail& stored, const Ticket& ticket,
                                  const AgentAnswer& answer, const std::string& why) {
  std::vector<std::string> reasons{kNotSentOn + why};
  if (answer.is_machines) return reasons;
  log_not_sent(stored, ticket, answer, why);
  if (!may_tell(at, stored, answer)) return reasons;
  Draft draft;
  draft.kind = OutboxKind::forward;
  draft.is_message = false;
  draft.mailbox = &stored.mailbox;
  draft.ticket = ticket;
  draft.about = stored.placement.message;
  draft.to = {{"", answer.address}};
  draft.subject = answer_subject(ticket);
  draft.text =
      fmt::format("Your answer to ticket {} was not sent to the requester: {}.\nIt stands in the ticket.\n\n{}",
                  ticket.number, one_line(why), kCommandHelp);
  draft.auto_submitted = "auto-replied";
  draft.answers = address_key(answer.address);
  draft.who = "poller";
  refer_to(draft, stored.mail.mail);
  const Queued queued = enqueue(at.store, at.tx, draft, at.now);
  reasons.push_back(fmt::format("agents:{} told that it was not sent on (outbox {})", answer.address, queued.outbox));
  return reasons;
}

void set_status(const Occasion& at, const Ticket& ticket, const AgentCommands& commands, const std::string& who) {
  if (!commands.status || *commands.status == ticket.status) return;
  TicketUpdate update;
  update.status = commands.status;
  at.tx.update_ticket(ticket.id, update, who, at.now);
}

// He has read a notification: mail reaches him again.
void end_mute(const Occasion& at, const std::string& address) {
  const std::string key = address_key(address);
  if (at.store.outbox().muted(key, at.now)) at.tx.outbox().mute(key, at.now, "an answer came from it");
}

// A line that is meant as a command: "#cloze", "#close #note", "#note: call him"; no heading, and no "#1".
bool is_meant_as_command(std::string_view line) {
  if (line.size() < 2 || line[0] != '#' || !text::is_alpha(line[1])) return false;
  const auto end = line.find_first_of(" \t");
  if (end == std::string_view::npos) return line.size() <= kLongestCommand;
  std::string_view word = line.substr(0, end);
  while (!text::is_alnum(word.back())) word.remove_suffix(1);
  return word == "#close" || word == "#closed" || word == "#pending" || word == "#open" || word == "#note";
}

}  // namespace

std::optional<AgentAnswer> agent_answer(const Occasion& at, const StoredMail& stored, const Ticket& ticket) {
  const Mail& mail = stored.mail.mail;
  const auto told_of = ticket_told_of(at.store, mail, ticket.id);
  if (!told_of) return std::nullopt;
  AgentAnswer answer;
  answer.address = sender_of(mail);
  answer.is_direct = told_of->is_direct;
  answer.is_joined = told_of->ticket == ticket.id;
  const auto home = answer.is_joined ? std::optional(ticket) : at.store.ticket(told_of->ticket);
  const config::Queue* queue = home ? config::find_queue(at.config, home->queue) : nullptr;
  const bool is_listed = queue != nullptr && config::is_agent(*queue, answer.address);
  answer.looks_like_agents = is_listed || (queue != nullptr && is_of_agents_domain(*queue, answer.address));
  if (has_many_senders(mail)) {
    answer.why = "From names several senders";
  } else if (!is_listed) {
    answer.why = "its sender is no agent of the queue";
  } else {
    answer.is_agents = true;
    answer.why = why_not_sent(stored, answer.is_joined);
    answer.is_machines = stored.mail.verdict.kind == MailKind::auto_reply || !stored.mail.verdict.may_answer;
    answer.may_be_told = stored.mail.verdict.kind == MailKind::mail && !sender_is_forged(stored);
  }
  return answer;
}

std::vector<std::string> pass_on(const Occasion& at, const StoredMail& stored, const Ticket& ticket,
                                 const AgentAnswer& answer) {
  if (!answer.why.empty()) return not_sent(at, stored, ticket, answer, answer.why);
  end_mute(at, answer.address);
  const AgentCommands commands = take_commands(stored.mail.mail.new_text);
  if (!commands.unknown.empty()) {
    return not_sent(
        at, stored, ticket, answer,
        fmt::format("\"{}\" is no command", one_line(text::utf8_prefix(commands.unknown, kLongestCommand))));
  }
  if (commands.note) {
    set_status(at, ticket, commands, answer.address);
    return {"agents:answer kept as a note"};
  }
  const bool is_bare = text::trim(commands.text).empty();
  Reply reply;
  reply.files = files_to_send_on(at.store, stored, ticket, is_bare);
  if (is_bare && reply.files.empty()) {
    if (!commands.status) return not_sent(at, stored, ticket, answer, "it has no text of its own and no file");
    set_status(at, ticket, commands, answer.address);
    return {"agents:commands obeyed"};
  }
  reply.text = commands.text;
  reply.status = commands.status;
  reply.who = answer.address;
  try {
    const Queued queued = queue_reply(at.store, at.tx, at.config, ticket, reply, at.now);
    return {fmt::format("agents:answer sent on to {} (outbox {})", ticket.requester.address, queued.outbox)};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::storage || error.kind() == ErrorKind::temporary) throw;
    return not_sent(at, stored, ticket, answer, error.what());
  }
}

std::string take_as_customers(const StoredMail& stored, const Ticket& ticket, const AgentAnswer& answer) {
  if (answer.looks_like_agents && stored.mail.verdict.kind == MailKind::mail) {
    log_not_sent(stored, ticket, answer, answer.why);
  }
  return fmt::format("agents:answers a notification, but {}: a customer's mail", answer.why);
}

std::string remark_on(const AgentAnswer& answer) {
  if (!answer.looks_like_agents) return {};
  if (answer.why == "its sender is no agent of the queue") {
    return fmt::format(
        "this answers a notification, but {} is no agent of the queue. It was not sent to the requester.",
        answer.address);
  }
  return fmt::format("this answers a notification, but {}. It was not sent to the requester.", answer.why);
}

std::string why_answer_not_told(const Occasion& at, const StoredMail& stored, const Ticket& ticket,
                                const AgentAnswer& answer) {
  if (!answer.is_direct) return {};
  if (!stored.mail.verdict.may_answer) return "a machine answers a notification";
  const std::string sender = sender_of(stored.mail.mail);
  const auto messages = at.store.messages(ticket.id);
  for (const AnswerFlood& flood : kAnswerFloods) {
    const auto count = std::count_if(messages.begin(), messages.end(), [&](const Message& m) {
      return m.direction != Direction::out && m.mail.from && same_address(m.mail.from->address, sender) &&
             m.received_at > at.now - flood.seconds;
    });
    if (count > flood.most) {
      return fmt::format("limit: more than {} answers of {} within {} s", flood.most, sender, flood.seconds);
    }
  }
  return {};
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
    } else if (is_meant_as_command(line)) {
      return {given, std::nullopt, false, line};
    } else if (!line.empty()) {
      break;
    }
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  out.text = std::string(rest);
  return out;
}

}  // namespace poller::outbound
