// What the rules decide about a mail on its way into the store, put into effect.
#pragma once

#include "intake/processed.h"
#include "intake/rules.h"
#include "model/ticket.h"
#include "storage/store.h"

namespace poller {

/// The rules' word on one mail; `rules` null: none. A mail that a person took out of quarantine is neither dropped nor
/// put back there. With no_answer the mail's verdict says so from here on.
RuleOutcome ask_rules(const Rules* rules, Processed& mail, const RuleContext& context);

/// On a ticket that the mail is about to open: queue, status, priority, tags, requester, assignee.
void set_on_new_ticket(const RuleOutcome& ruled, NewTicket& ticket);

/// On a ticket that the mail joins: status, priority, tags (added) and assignee. Its queue and requester stay: a
/// customer's later word must not move a ticket away from those who work on it.
void set_on_joined_ticket(const RuleOutcome& ruled, const Ticket& ticket, Transaction& tx, const std::string& who,
                          UnixTime now);

}  // namespace poller
