// Puts what several threads do at once back into its order.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <limits>
#include <mutex>

namespace poller {

/// Numbers from 0 on pass one after another, whichever thread holds them.
class Turns {
 public:
  /// Waits until all smaller numbers have passed. False when one of them has stopped: this one must not pass either.
  bool wait_for(std::size_t number) {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [&] { return next_ == number || number >= stopped_; });
    return number < stopped_;
  }

  /// The number whose turn it was has passed.
  void pass() {
    const std::lock_guard lock(mutex_);
    ++next_;
    moved_.notify_all();
  }

  /// This number never passes, so no larger one does; smaller ones still do.
  void stop(std::size_t number) {
    const std::lock_guard lock(mutex_);
    if (number < stopped_) stopped_ = number;
    moved_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable moved_;
  std::size_t next_ = 0;
  std::size_t stopped_ = std::numeric_limits<std::size_t>::max();
};

}  // namespace poller
