// Mails that a process died with, or that failed before: tried in a child process, then stored one by one.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/error.h"
#include "intake/candidates.h"
#include "intake/processed.h"

namespace poller {

struct CarefulContext {
  Store& store;
  const config::Mailbox& mailbox;
  const std::optional<Lease>& lease;
  const Clock& clock;
  bool dry_run;
  std::stop_token stop;
  std::function<void()> on_bytes;  // as in FetchOptions
};

/// `commit` takes groups of one. A mail that kills its child, or that this process died with, for the third time goes
/// to quarantine unparsed; so does one that the server lists and gives no bytes for, or a stub, or one for which memory
/// does not suffice (not_enough_memory() is thrown then, each time: the session is dead).
void run_carefully(const CarefulContext& context, Mailbox& session, const Candidates& candidates,
                   const std::function<void(std::vector<Processed>&&)>& commit);

Error not_enough_memory();

/// Said of each mail that is left for the next pass because the server gave its stub (Processed::is_stub).
void log_stub(const config::Mailbox& mailbox, const SourceKey& source);

}  // namespace poller
