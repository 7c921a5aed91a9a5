// How far one thread lets another go.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>

namespace poller {

class Gate {
 public:
  /// The first `count` are let through.
  void open_for(std::size_t count) {
    const std::lock_guard lock(mutex_);
    count_ = count;
    changed_.notify_all();
  }

  /// Waits until number `index`, counted from 0, is let through; false when `stopped` comes first.
  [[nodiscard]] bool pass(std::size_t index, const std::stop_token& stopped) {
    std::unique_lock lock(mutex_);
    is_waiting_ = true;
    const bool passed = changed_.wait(lock, stopped, [&] { return index < count_; });
    is_waiting_ = false;
    return passed;
  }

  /// Whether somebody stands before it.
  [[nodiscard]] bool is_waited_at() {
    const std::lock_guard lock(mutex_);
    return is_waiting_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t count_ = 0;
  bool is_waiting_ = false;
};

}  // namespace poller
