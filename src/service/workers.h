// The bounded pool of threads that run the mailboxes' turns.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "service/entry.h"
#include "storage/store.h"

namespace poller {

/// Takes turns in the order they come, those with news first. The mailboxes of one server never hold more threads than
/// `most_on_server`, those of them whose last turn failed half as many, and failing ones of all servers three quarters:
/// a server that hangs delays its own mailboxes alone, from its first turn on.
class Workers {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Turn = std::function<void(Store&, Entry&)>;  // throws only when nothing more may be done (storage)

  struct Options {
    std::size_t threads = 1;
    std::size_t most_on_server = 0;                      // 0: all, where there is one server
    std::function<std::unique_ptr<Store>()> open_store;  // one for each thread
    Turn turn;
    std::function<void()> on_done;  // something is to be collected; from any thread
  };

  explicit Workers(Options options);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void add(Entry& entry, bool urgent);
  /// The entries whose turn is over. Rethrows what ended a thread.
  std::vector<Entry*> collect();
  /// Called within a turn: there was progress.
  static void progress() noexcept;
  /// How long the slowest turn under way has been without progress; zero when there is none.
  [[nodiscard]] std::chrono::milliseconds longest_silence() const;
  /// Takes no further turn, and returns when those under way are over; meanwhile calls `waiting` every second.
  void finish(const std::function<void()>& waiting = {});

 private:
  struct Thread;
  void work(Thread& self);
  struct Load {
    std::size_t running = 0, failing = 0;
  };
  Entry* next();  // with mutex_ held; null when there is none that may run
  bool may_run(const Entry& entry);

  Options options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Entry*> urgent_, usual_;
  std::vector<Entry*> done_;
  std::size_t failing_running_ = 0, running_ = 0;
  std::map<std::string, Load> servers_;  // turns under way
  bool over_ = false;
  std::exception_ptr failure_;
  std::vector<std::unique_ptr<Thread>> threads_;
};

}  // namespace poller
