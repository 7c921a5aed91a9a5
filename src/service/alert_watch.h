// The daemon's looks for troubles, in a thread of their own.
#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "service/notify.h"

namespace poller {

class AlertWatch {
 public:
  /// From construction to end. A store that fails now and then is said in the log, and the next look goes on.
  AlertWatch(const config::Config& config, std::function<std::unique_ptr<Store>()> open_store, TroubleSources sources);

 private:
  void run(const std::stop_token& stop);

  Notifier notifier_;
  std::function<std::unique_ptr<Store>()> open_store_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace poller
