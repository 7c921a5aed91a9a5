// One thread's eye on many descriptors.
#pragma once

#include <chrono>
#include <vector>

namespace poller {

struct Entry;

class Watch {
 public:
  Watch();
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void add(int descriptor, Entry& entry);
  void remove(int descriptor) noexcept;  // before it is closed
  /// Those that have something to read, or have ended; empty at the time-out or after wake().
  std::vector<Entry*> wait(std::chrono::milliseconds timeout);
  /// Ends a wait() under way or the next one. From any thread.
  void wake() noexcept;

 private:
  int epoll_;
  int wake_;
};

}  // namespace poller
