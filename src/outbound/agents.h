// Agents are told of what customers write, and of what happens to mail that went out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "intake/after_commit.h"
#include "outbound/draft.h"
#include "outbound/occasion.h"

namespace poller::outbound {

/// Tells the agents of the ticket's queue of the mail. `remark` stands above its text, where there is something to
/// know of it. The reason for `explain`, or empty when nobody is to be told.
std::string notify_agents(const Occasion& at, const StoredMail& stored, const Ticket& ticket,
                          const std::string& remark = {});

/// Something that happened to a message of a ticket, other than its coming.
struct AgentNews {
  std::string subject, text;
  std::optional<MessageId> about;
  std::vector<std::string> not_to;
};

/// Tells them of it. The reason, as above.
std::string tell_agents(const Occasion& at, const config::Mailbox& mailbox, const Ticket& ticket, AgentNews news);

/// Why a mail is too old to set off anything automatic, or why its flood keeps it from that; empty: neither.
std::string why_not_told(const Occasion& at, const StoredMail& stored);

/// Whether the address stands in the queue's list of agents, by itself or by its "@domain".
bool is_agent_of(const config::Config& config, const std::string& queue, const std::string& address);

/// The commands of agents' mails, for them to read.
extern const char* const kCommandHelp;

/// From's address, or empty.
std::string sender_of(const Mail& mail);
/// Whether From names more than one address, in one field or in several: whose mail it is then, nobody can tell.
bool has_many_senders(const Mail& mail);

}  // namespace poller::outbound
