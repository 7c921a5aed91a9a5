// An end that was asked for, by a signal, is not waited for without limit.
#pragma once

#include <chrono>
#include <stop_token>
#include <thread>

namespace poller::cli {

constexpr std::chrono::seconds kFarewells{20};  // once we are to stop, no server is waited for longer

/// Ends the process when an orderly end takes too long.
class LastMoment {
 public:
  explicit LastMoment(const std::stop_token& stop);

 private:
  std::jthread thread_;
};

}  // namespace poller::cli
