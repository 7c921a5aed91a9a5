// Which troubles are to be told now: a new one at once, the same one again only after a while, its end once.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "service/troubles.h"

namespace poller {

/// What is known of one trouble, by its key.
struct AlertEntry {
  bool lasts = false;  // it was there at the last look
  bool told = false;   // of this occurrence somebody was told
  UnixTime since = 0;
  UnixTime told_at = 0;  // 0: never
  std::int64_t level = 0;
  std::string title;
};

using AlertEntries = std::map<std::string, AlertEntry>;

/// One thing to tell: troubles, or the end of some.
struct AlertText {
  bool all_clear = false;
  std::vector<std::string> keys;  // of the troubles it tells of
  std::string subject;            // one line
  std::string text;
};

/// Brings the entries up to date and gives what is to be told: nothing, one or two. A trouble that comes back within
/// `every` is told when that is over, if it lasts; so it cannot flood anybody.
std::vector<AlertText> take_alerts(AlertEntries& entries, const std::vector<Trouble>& troubles,
                                   std::chrono::seconds every, UnixTime now);

/// As the store keeps them; what cannot be read is empty.
std::string alert_entries_to_json(const AlertEntries& entries);
AlertEntries alert_entries_from_json(std::string_view json);

}  // namespace poller
