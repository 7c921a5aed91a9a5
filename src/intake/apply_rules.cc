#include "intake/apply_rules.h"

#include <algorithm>

namespace poller {

RuleOutcome ask_rules(const Rules* rules, Processed& mail, const RuleContext& context) {
  if (rules == nullptr) return {};
  RuleOutcome ruled = rules->apply(mail.mail, mail.verdict, context);
  if (mail.retry_of && (ruled.drop || ruled.quarantine)) {
    ruled.drop = ruled.quarantine = false;
    ruled.reasons.emplace_back("rules: neither dropped nor quarantined, because it was retried from quarantine");
  }
  if (ruled.no_answer) {
    mail.verdict.may_answer = false;
    mail.verdict.reasons.emplace_back("rule:no_answer");
  }
  return ruled;
}

void set_on_new_ticket(const RuleOutcome& ruled, NewTicket& ticket) {
  if (ruled.queue) ticket.queue = *ruled.queue;
  if (ruled.status) ticket.status = *ruled.status;
  if (ruled.priority) ticket.priority = *ruled.priority;
  if (ruled.assignee) ticket.assignee = *ruled.assignee;
  // The name belongs to the address that stood there.
  if (ruled.requester) ticket.requester = Address{{}, *ruled.requester};
  ticket.tags = ruled.tags;
}

void set_on_joined_ticket(const RuleOutcome& ruled, const Ticket& ticket, Transaction& tx, const std::string& who,
                          UnixTime now) {
  TicketUpdate update;
  update.status = ruled.status;
  update.priority = ruled.priority;
  update.assignee = ruled.assignee;
  std::vector<std::string> tags = ticket.tags;
  for (const std::string& tag : ruled.tags) {
    if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(tag);
  }
  if (tags != ticket.tags) update.tags = std::move(tags);
  tx.update_ticket(ticket.id, update, who, now);
}

}  // namespace poller
