#include "service/alert_watch.h"

#include <condition_variable>
#include <mutex>

#include "base/log.h"

namespace poller {
namespace {

constexpr std::chrono::seconds kLooksForTroubles{5};

}  // namespace

AlertWatch::AlertWatch(const config::Config& config, std::function<std::unique_ptr<Store>()> open_store,
                       TroubleSources sources)
    : notifier_(config, std::move(sources)), open_store_(std::move(open_store)) {
  if (config.notify.to.empty() && config.notify.command.empty()) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void AlertWatch::run(const std::stop_token& stop) {
  std::unique_ptr<Store> store;
  std::string said;
  std::mutex mutex;
  std::condition_variable_any wake;
  while (!stop.stop_requested()) {
    {  // the first look not before the mailboxes have had their first turn
      std::unique_lock lock(mutex);
      wake.wait_for(lock, stop, kLooksForTroubles, [] { return false; });
      if (stop.stop_requested()) return;
    }
    try {
      if (!store) store = open_store_();
      const UnixTime now = system_clock().unix_now();
      notifier_.look(*store, now);
      notifier_.pass_on(*store, now);
      said.clear();
    } catch (const std::exception& error) {
      if (said != error.what()) log::warning("troubles could not be looked for", {{"error", error.what()}});
      said = error.what();
    }
  }
}

}  // namespace poller
