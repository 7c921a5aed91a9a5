// The daemon's sending: the outbox of each mailbox looked at every second, by a few threads of its own.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cli/sessions.h"
#include "config/config.h"
#include "service/metrics.h"

namespace poller::cli {

class Postman {
 public:
  /// From construction to end. Everything given must outlive it; `only_mailbox` empty: all of them.
  Postman(const config::Config& config, Sessions& sessions, Metrics& metrics, const std::string& only_mailbox);
  /// Waits for the mails in hand.
  ~Postman() { request_stop(); }
  Postman(const Postman&) = delete;
  Postman& operator=(const Postman&) = delete;

  /// No further mail is taken in hand.
  void request_stop() {
    for (auto& thread : threads_) thread.request_stop();
  }

 private:
  /// A mailbox that sends. A thread that has it in hand is the only one.
  struct Round {
    const config::Mailbox* mailbox = nullptr;
    std::chrono::steady_clock::time_point not_before{};
    bool in_hand = false;
  };

  void run(const std::stop_token& stop);
  /// The next one that is due; null when none is.
  Round* take();
  void put_back(Round& round, std::chrono::seconds rest);
  /// How long the mailbox is then left in peace.
  std::chrono::seconds send_of(const config::Mailbox& mailbox, std::unique_ptr<Store>& store,
                               const std::stop_token& stop);

  const config::Config& config_;
  Sessions& sessions_;
  Metrics& metrics_;
  std::mutex mutex_;  // guards what follows
  std::vector<Round> rounds_;
  std::size_t next_ = 0;
  std::vector<std::jthread> threads_;  // last: they use all of the above
};

}  // namespace poller::cli
