// Care of a store on disk, by its path: checked, backed up, made smaller. All of it works while poller runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace poller {

/// What is wrong, one line each; empty when all is well. `every_mail` also reads each mail's bytes and compares their
/// hash. Throws as the store does.
std::vector<std::string> check_sqlite_store(const std::string& path, bool every_mail);

/// Copies the store as it stands at one moment to `target` and `target`-raw, which together are a store that works.
/// Nobody waits for it, and the disk of the store may be full. Says what is wrong with the copy, which a damaged store
/// leaves behind all the same: it may be the best that there is. A backup that fails leaves no file of that name.
/// Throws Error(usage) where `target` exists.
std::vector<std::string> back_up_sqlite_store(const std::string& path, const std::string& target);

/// Gives the room of what was removed back to the disk. Writers wait meanwhile. Needs as much room again as what is
/// left takes, and begins with nothing where that is not there.
void vacuum_sqlite_store(const std::string& path);

struct PruneLimits {
  UnixTime now = 0;
  std::optional<std::int64_t> raw;         // seconds that a ticket has been closed; nothing: for ever
  std::optional<std::int64_t> quarantine;  // seconds since a row was retried with success or dropped
};

struct Pruned {
  std::uint64_t mails = 0;       // whose bytes were removed
  std::uint64_t bytes = 0;       // of those
  std::uint64_t quarantine = 0;  // rows
};

/// Removes what the retention keys of the configuration say, in portions, so that nobody waits for long. The tickets,
/// their texts and what attachments were called stay.
Pruned prune_sqlite_store(const std::string& path, const PruneLimits& limits);

}  // namespace poller
