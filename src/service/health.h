// Whether the daemon lives, and whether it does its work: /healthz/live and /healthz/ready.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "config/config.h"
#include "service/scheduler.h"
#include "storage/store.h"

namespace poller {

/// What keeps the daemon from being ready: one for each thing, in words for a person.
struct Unready {
  std::string what;     // "mailbox", "storage", "outbox"
  std::string mailbox;  // for "mailbox"
  std::string reason;
};

class Health {
 public:
  /// A mailbox counts as failing when it has had no success for three intervals: its poll_every, or the renewal of IDLE
  /// while that stands, from `now` on where it has had none yet, and from the end of a watch on.
  Health(const config::Config& config, UnixTime now);

  /// From the scheduler's thread.
  void turn(const TurnReport& report, UnixTime now);
  void alive(std::chrono::steady_clock::time_point at) { alive_at_ = at.time_since_epoch().count(); }
  void disk_low(bool yes) { disk_low_ = yes; }

  /// `store`: to try whether it can be written. Null: it could not be opened.
  [[nodiscard]] std::vector<Unready> unready(Store* store, UnixTime now);
  /// Of these, the mailboxes alone. From any thread; `store` null: nothing is known of other processes.
  [[nodiscard]] std::vector<Unready> failing_mailboxes(Store* store, UnixTime now);
  /// Whether the scheduler has turned lately.
  [[nodiscard]] bool lives(std::chrono::steady_clock::time_point now) const;

 private:
  struct Known {
    UnixTime last_success = 0;
    UnixTime watched_until = 0;  // the end of the last watch that a failure followed
    bool watching = false;
    std::chrono::seconds interval{60};
    std::string last_error;
  };

  std::string storage_trouble(Store* store, UnixTime now);

  const config::Config& config_;
  const UnixTime started_;
  std::mutex mutex_;  // guards known_
  std::map<std::string, Known> known_;
  std::atomic<std::chrono::steady_clock::rep> alive_at_;
  std::atomic<bool> disk_low_{false};
  UnixTime tried_at_ = 0;  // the storage; by the asking thread alone
  std::string trouble_;
};

/// A message that has waited to be sent for two hours.
std::optional<Unready> stuck_outbox(Store& store, UnixTime now);

/// {"ready": false, "reasons": [{"what": …, "mailbox": …, "reason": …}]}
std::string to_json(const std::vector<Unready>& reasons);

}  // namespace poller
