// What in a mail names a ticket, as it was found: nothing is weighed here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "intake/processed.h"
#include "intake/trust_table.h"
#include "storage/store.h"

namespace poller {

struct FoundSignal {
  ThreadSignal signal = ThreadSignal::stored_id;
  std::string value;               // "<id>", "T-17", "support+T-17@contoso.com"
  TicketId ticket = 0;             // after following merges; 0: it leads nowhere, see `broken`
  std::optional<MessageId> owner;  // stored_id: the message that bears the id; nothing when mails only referred to it
  bool late = false;               // mails of that ticket refer to this one, which comes after them
  std::string broken;              // why it counts for nothing
  std::size_t distance = 0;        // of an id: 0 where it is answered directly, more the further back it stands
};

/// Strongest first, within one kind the newest reference first; one entry for an id and ticket.
std::vector<FoundSignal> find_signals(Store& store, const config::Config& config, const Processed& processed);

/// Under which the conversation of the mail's Thread-Index stands among the Message-IDs of the store; nothing without
/// one. No Message-ID looks like that.
std::optional<std::string> conversation_key(const Mail& mail);

}  // namespace poller
