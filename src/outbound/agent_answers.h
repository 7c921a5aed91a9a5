// What agents answer by mail to their notifications: it goes on to the customer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "intake/after_commit.h"
#include "outbound/occasion.h"

namespace poller::outbound {

/// A mail that answers a notification of ours, and what it is then.
struct AgentAnswer {
  std::string address;
  bool is_agents = false;          // false: a customer's, or anybody's, to whom the notification came; see `why`
  bool is_direct = false;          // it answers the notification itself, not only a mail that came of it
  bool is_joined = false;          // it stands in the ticket that it answers
  bool is_machines = false;        // an absence: nobody need hear of it
  std::string why;                 // it is not sent on; empty: it is
  bool may_be_told = false;        // the sender is an agent for all that is known
  bool looks_like_agents = false;  // From is of an agent's domain
};

/// Set when the mail answers a notification. An agent's is one whose From stands in the queue's list; it is sent on
/// when it has one sender alone and nothing that the receiving server says speaks against him.
std::optional<AgentAnswer> agent_answer(const Occasion& at, const StoredMail& stored, const Ticket& ticket);

/// Sends an agent's answer on to the requester; commands on its first lines ("#close") are obeyed and taken out. One
/// that cannot be sent on stays in the ticket: the log says so, and so does a mail to the agent. The reasons for
/// `explain`.
std::vector<std::string> pass_on(const Occasion& at, const StoredMail& stored, const Ticket& ticket,
                                 const AgentAnswer& answer);

/// For a mail that answers a notification and is no agent's: the reason for `explain`, and a line in the log where it
/// looks like one.
std::string take_as_customers(const StoredMail& stored, const Ticket& ticket, const AgentAnswer& answer);
/// What the agents should know when they are told of such a mail (empty: nothing); and why they are not told of it
/// (empty: they are).
std::string remark_on(const AgentAnswer& answer);
std::string why_answer_not_told(const Occasion& at, const StoredMail& stored, const Ticket& ticket,
                                const AgentAnswer& answer);

/// "#close", "#pending", "#open", "#note" on the first lines of a text.
struct AgentCommands {
  std::string text;  // what is left
  std::optional<std::string> status;
  bool note = false;    // not for the requester
  std::string unknown;  // the line that is meant as a command and is none; nothing is obeyed then
};
AgentCommands take_commands(const std::string& text);

}  // namespace poller::outbound
