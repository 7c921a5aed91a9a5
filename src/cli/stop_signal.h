// SIGTERM and SIGINT as a stop token: the mails in hand are finished. SIGHUP as a call.
#pragma once

#include <functional>
#include <stop_token>
#include <thread>

namespace poller::cli {

/// From its construction until its end the two signals are taken by a thread of its own. Make it before other threads:
/// they inherit the blocked signals.
class StopSignal {
 public:
  /// `on_hangup` is called for SIGHUP, in that thread; without it the signal keeps its usual effect.
  explicit StopSignal(std::function<void()> on_hangup = nullptr);
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  std::function<void()> on_hangup_;
  std::stop_source source_;
  std::jthread waiter_;
};

}  // namespace poller::cli
