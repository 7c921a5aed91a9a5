// Agents by mail: they are told of what customers write, and their answers to that go on to the customer.
#pragma once

#include <optional>
#include <string>

#include "intake/after_commit.h"
#include "outbound/draft.h"

namespace poller::outbound {

/// Tells the agents of the ticket's queue of the mail. The reason for `explain`, or empty when nobody is to be told.
std::string notify_agents(Store& store, Transaction& tx, const config::Config& config, const StoredMail& stored,
                          const Ticket& ticket, UnixTime now);

/// Something that happened to a message of a ticket, other than its coming.
struct AgentNews {
  std::string subject, text;
  std::optional<MessageId> about;
};

/// Tells them of it.
void tell_agents(Store& store, Transaction& tx, const config::Config& config, const config::Mailbox& mailbox,
                 const Ticket& ticket, const AgentNews& news, UnixTime now);

/// Whether the address stands in the queue's list of agents, by itself or by its "@domain".
bool is_agent_of(const config::Config& config, const std::string& queue, const std::string& address);

struct AgentAnswer {
  std::string address;
  bool accepted = false;
  std::string refused_because;
};

/// Set when the mail answers a notification of ours: whether it is an agent's (From stands in the queue's list, and no
/// authentication result that counts speaks against it).
std::optional<AgentAnswer> agent_answer(Store& store, const config::Config& config, const StoredMail& stored,
                                        const Ticket& ticket);

/// Sends an agent's answer on to the requester; commands on its first lines ("#close") are obeyed and taken out.
std::string pass_on(Store& store, Transaction& tx, const config::Config& config, const StoredMail& stored,
                    const Ticket& ticket, const AgentAnswer& answer, UnixTime now);

/// "#close", "#pending", "#open", "#note" on the first lines of a text.
struct AgentCommands {
  std::string text;  // what is left
  std::optional<std::string> status;
  bool note = false;  // not for the requester
};
AgentCommands take_commands(const std::string& text);

}  // namespace poller::outbound
