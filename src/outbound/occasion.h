// What everything works with that goes out because a mail came in.
#pragma once

#include <atomic>

#include "base/clock.h"
#include "config/config.h"
#include "storage/store.h"

namespace poller::outbound {

/// Under this name the store keeps when automatic mail was last refused because the outbox was full.
constexpr const char* kRefusedForRoom = "outbox refused at";

/// What `outbound.max_pending` leaves for automatic mail. A refusal is logged (a line a minute) and kept: for the
/// operator's alert and for the exit code of `--once`.
class OutboxRoom {
 public:
  explicit OutboxRoom(const config::Config& config) : config_(config) {}
  /// Whether one more automatic mail may be queued; asked only when there is one.
  bool allows(Store& store, Transaction& tx, UnixTime now);
  [[nodiscard]] bool refused() const { return refused_; }

 private:
  const config::Config& config_;
  std::atomic<bool> refused_{false};
  std::atomic<UnixTime> logged_at_{0};
};

struct Occasion {
  Store& store;
  Transaction& tx;
  const config::Config& config;
  OutboxRoom& room;
  UnixTime now = 0;
};

}  // namespace poller::outbound
