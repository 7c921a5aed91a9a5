// What an operator should know of now: found in the store, the vault and on the disk.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/config.h"
#include "service/disk_room.h"
#include "service/health.h"
#include "storage/store.h"

namespace poller {

struct Trouble {
  std::string key;      // the same one again has the same key
  std::string mailbox;  // empty: it belongs to no mailbox
  std::string title;    // one line
  std::string detail;   // what is known, perhaps empty
  std::string advice;   // what to do, perhaps empty
  /// 0: told again while it lasts. Else how far it has gone: told again only where that grew.
  std::int64_t level = 0;
};

/// Where to look; what is left empty is looked for in the store.
struct TroubleSources {
  /// Mailboxes without success for three intervals: the daemon's Health.
  std::function<std::vector<Unready>(Store&, UnixTime)> failing_mailboxes;
  /// Room on the storage's disk.
  std::function<std::optional<std::uint64_t>()> room;
  std::uint64_t storage_reserve = kStorageReserve;
};

/// What is known from earlier looks.
struct TroubleMemory {
  /// Keys of the troubles that were there at the last look. The disk must then have a quarter more room than enough, so
  /// that it does not flutter; a mailbox must have had a success, so that a restart of the daemon clears nothing.
  std::set<std::string> lasting;
  /// Mailboxes that could not be polled for a reason other than their server, until then: they have three intervals
  /// from there on, lest the moment in which all is well again be the one of an alert.
  std::map<std::string, UnixTime> excused_until;
};

/// Notes in `memory` which mailboxes wait for a sign-in.
std::vector<Trouble> find_troubles(Store& store, const config::Config& config, const TroubleSources& sources,
                                   TroubleMemory& memory, UnixTime now);

constexpr const char* kDiskTrouble = "disk";

}  // namespace poller
