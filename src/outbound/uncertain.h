// Rows of which nobody knows whether the server has them: the Sent folder is asked.
#pragma once

#include <functional>
#include <memory>

#include "outbound/runner.h"

namespace poller::outbound {

/// Found there: sent. Not found: one more try, but only where an earlier mail of the mailbox, known as sent, is found
/// the same way; else the row waits for a person. A folder that cannot be read changes nothing. A mail gets two minutes
/// to show up there.
void resolve_uncertain(Store& store, const config::Mailbox& mailbox, const Clock& clock, const Lease& lease,
                       const std::function<std::unique_ptr<SentLookup>()>& open);

}  // namespace poller::outbound
