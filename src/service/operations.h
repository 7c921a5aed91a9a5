// What the daemon shows of itself: metrics, health, the status line, and the brake before the disk is full.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "config/config.h"
#include "service/disk_room.h"
#include "service/health.h"
#include "service/http.h"
#include "service/metrics.h"
#include "service/scheduler.h"
#include "storage/store.h"

namespace poller {

class Operations {
 public:
  /// Listens where the configuration says so. `metrics` outlives reloads.
  Operations(const config::Config& config, Metrics& metrics, std::function<std::unique_ptr<Store>()> open_store,
             std::uint64_t storage_reserve = kStorageReserve);

  /// Fills the scheduler's hooks but for sessions and open_store; a hook that is there already is called too.
  void observe(SchedulerHooks& hooks);
  [[nodiscard]] Health& health() { return health_; }

 private:
  void turn(const TurnReport& report);
  void alive();
  bool may_fetch();
  void tell_status();
  Store* http_store();
  HttpAnswerText metrics_page();
  HttpAnswerText ready_page();
  HttpAnswerText live_page() const;

  const config::Config& config_;
  Metrics& metrics_;
  std::function<std::unique_ptr<Store>()> open_store_;
  std::uint64_t storage_reserve_;
  Health health_;
  std::set<std::string> watching_, failing_;  // the scheduler's thread
  std::string told_;
  std::chrono::steady_clock::time_point looked_at_disk_{};
  bool disk_low_ = false;
  std::unique_ptr<Store> http_store_;  // the HTTP server's thread
  std::chrono::steady_clock::time_point counted_at_{};
  std::unique_ptr<HttpServer> http_;  // last: its thread uses all of the above
};

}  // namespace poller
