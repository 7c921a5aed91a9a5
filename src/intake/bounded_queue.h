// A queue between two threads that holds no more than so many bytes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace poller {

/// One producer, one consumer. An item larger than the whole budget passes when the queue is empty.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t budget) : budget_(budget) {}

  /// Waits for room. False when the consumer has given up: the item is dropped.
  bool push(T&& item, std::size_t bytes) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return cancelled_ || used_ == 0 || used_ + bytes <= budget_; });
    if (cancelled_) return false;
    used_ += bytes;
    items_.emplace_back(std::move(item), bytes);
    filled_.notify_one();
    return true;
  }

  /// No more items will come.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    filled_.notify_all();
  }

  /// The consumer takes nothing more; the producer's push() returns false.
  void cancel() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    room_.notify_all();
    filled_.notify_all();
  }

  /// Waits for an item; nothing when the queue is closed and empty, or cancelled.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [&] { return cancelled_ || closed_ || !items_.empty(); });
    if (cancelled_ || items_.empty()) return std::nullopt;
    return take();
  }

  /// Waits for an item or the end; false at the time-out.
  bool wait_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return filled_.wait_for(lock, time, [&] { return cancelled_ || closed_ || !items_.empty(); });
  }

  /// Waits for one item, then takes what else is there without waiting: at most `count` items.
  std::vector<T> pop_some(std::size_t count) {
    std::vector<T> out;
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [&] { return cancelled_ || closed_ || !items_.empty(); });
    while (!cancelled_ && !items_.empty() && out.size() < count) out.push_back(take());
    return out;
  }

 private:
  T take() {
    T item = std::move(items_.front().first);
    used_ -= items_.front().second;
    items_.pop_front();
    room_.notify_one();
    return item;
  }

  std::mutex mutex_;
  std::condition_variable room_, filled_;
  std::deque<std::pair<T, std::size_t>> items_;
  std::size_t budget_;
  std::size_t used_ = 0;
  bool closed_ = false;
  bool cancelled_ = false;
};

}  // namespace poller
