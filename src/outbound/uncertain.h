// Rows of which nobody knows whether the server has them: the Sent folder is asked.
#pragma once

#include <functional>
#include <memory>

#include "outbound/runner.h"

namespace poller::outbound {

struct UncertainOptions {
  std::chrono::seconds wait{120};  // what is not found so long after its attempt is tried once more
  std::chrono::seconds rest{0};    // the folder is looked at no more often
  std::function<std::unique_ptr<SentLookup>()> open;
};

/// Found there: sent, but for recipients that the server refused then, who are tried again. Not found: one more try,
/// but only where an earlier mail of the mailbox, known as sent, is found the same way; else the row waits for a
/// person, and so does one that others have had before: their copy looks the same. A folder that cannot be read changes
/// nothing. A mail gets `wait` to show up there.
void resolve_uncertain(Store& store, const config::Mailbox& mailbox, const Clock& clock, const Lease& lease,
                       const UncertainOptions& options);

/// Before the end of the row's mail goes out: whom the server has refused it for. They have no part in what is found.
void remember_refused(Store& store, Transaction& tx, const OutboxRow& row, const std::vector<std::string>& refused);

}  // namespace poller::outbound
