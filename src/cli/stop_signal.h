// SIGTERM and SIGINT as a stop token: the mails in hand are finished.
#pragma once

#include <stop_token>
#include <thread>

namespace poller::cli {

/// From its construction until its end the two signals are taken by a thread of its own. Make it before other threads:
/// they inherit the blocked signals.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::jthread waiter_;
};

}  // namespace poller::cli
