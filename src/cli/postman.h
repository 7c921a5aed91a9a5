// The daemon's sending: the outbox looked at every second, in a thread of its own.
#pragma once

#include <string>
#include <thread>

#include "cli/sessions.h"
#include "config/config.h"
#include "service/metrics.h"

namespace poller::cli {

class Postman {
 public:
  /// From construction to end. Everything given must outlive it; `only_mailbox` empty: all of them.
  Postman(const config::Config& config, Sessions& sessions, Metrics& metrics, std::string only_mailbox);

 private:
  void run(const std::stop_token& stop);
  /// When the mailbox is to be looked at again.
  UnixTime send_of(Store& store, const config::Mailbox& mailbox, const std::stop_token& stop);

  const config::Config& config_;
  Sessions& sessions_;
  Metrics& metrics_;
  std::string only_mailbox_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace poller::cli
