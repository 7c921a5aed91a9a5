// A store with one mailbox that sends to a real SMTP server, for the tests of the outbox.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "../support/smtp_server.h"
#include "../support/temp_dir.h"
#include "base/clock.h"
#include "outbound/draft.h"
#include "outbound/runner.h"
#include "outbound/sender.h"
#include "storage/outbox.h"

namespace poller::outbound {

/// Knows support@example.test with the password "pw". Started at the first use.
support::SmtpServer& smtp_server();

/// Each mail's own subject, of those that the server took, and how often.
std::map<std::string, int> taken_subjects();

class MovableClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override {
    return system_clock().now() + std::chrono::seconds(offset);
  }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return system_clock().steady(); }
  std::int64_t offset = 0;
};

struct OutboxHome {
  support::TempDir dir{"outbox"};
  config::Config config;
  std::unique_ptr<Store> store;
  MovableClock clock;
  Deadlines deadlines;

  /// `port` 0: the server's own with STARTTLS.
  explicit OutboxHome(std::uint16_t port = 0, bool implicit = false);

  Queued queue(const std::string& subject, UnixTime not_before = 0, std::vector<Address> to = {{"", "c@example.com"}});
  RunSummary run(const RunOptions& options = {}, const std::string& password = "pw");
  OutboxRow row(const Queued& queued) { return *store->outbox().row(queued.outbox); }
};

}  // namespace poller::outbound
