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

/// Found there: sent. Not found: one more try, but only where an earlier mail of the mailbox, known as sent, is found
/// the same way; else the row waits for a person. A folder that cannot be read changes nothing. A mail gets
/// `wait` to show up there.
void resolve_uncertain(Store& store, const config::Mailbox& mailbox, const Clock& clock, const Lease& lease,
                       const UncertainOptions& options);

}  // namespace poller::outbound
