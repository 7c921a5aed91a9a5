// What is done now and then beside the passes: resting tokens kept alive, ends that come near said in time.
#pragma once

#include <functional>
#include <thread>

#include "config/config.h"
#include "oauth/token_source.h"
#include "service/metrics.h"

namespace poller {

/// A thread of its own, from construction to end.
class Housekeeping {
 public:
  /// `daily` is called once after the start and then once a day; what it throws is logged.
  Housekeeping(const config::Config& config, oauth::TokenSources& tokens, Metrics& metrics,
               std::function<void()> daily);

 private:
  void run(const std::stop_token& stop);
  void look_at_tokens();

  const config::Config& config_;
  oauth::TokenSources& tokens_;
  Metrics& metrics_;
  std::function<void()> daily_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace poller
