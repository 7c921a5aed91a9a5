// What the daemon counts. docs/operations.md says what each family means.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "config/config.h"
#include "intake/commit.h"
#include "service/metric_family.h"
#include "service/scheduler.h"
#include "storage/store.h"

namespace poller {

/// How the storage stands, read when somebody asks.
struct StorageCounts {
  std::uint64_t quarantined = 0;
  std::uint64_t outbox_pending = 0;
  bool outbox_full = false;  // automatic answers are refused
  double free_bytes = 0;
};

/// Every family stands there from the start, at zero. Safe to use from any thread.
class Metrics {
 public:
  Metrics();

  /// The series of these mailboxes and queues are there from now on; what was counted stays.
  void declare(const config::Config& config);

  void mail(const config::Mailbox& mailbox, const MailEvent& event);
  void turn(const TurnReport& report, UnixTime now);
  void token_refresh(const std::vector<std::string>& mailboxes, std::string_view result);
  void token_expires(const std::string& mailbox, UnixTime at);
  void client_secret_expires(const std::string& mailbox, UnixTime at);
  void sign_in_needed(const std::string& mailbox);  // until its next pass without an error
  void outbox_sent(std::string_view result);
  void storage_low();  // the disk became nearly full
  void storage_failures(const StorageFailures& since_start);
  void last_success(const std::string& mailbox, UnixTime at);
  void storage(const StorageCounts& counts);

  [[nodiscard]] UnixTime last_success_of(const std::string& mailbox) const;
  [[nodiscard]] std::uint64_t mails_since_start() const;
  [[nodiscard]] std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::uint64_t mails_ = 0;
  std::chrono::milliseconds idle_renew_{0};
  NumberFamily build_info_, last_success_, interval_, fetched_, fetched_bytes_, tickets_created_, stored_, duplicates_,
      quarantined_, outbox_pending_, outbox_full_, outbox_sent_, token_refresh_, token_expiry_, secret_expiry_,
      sign_in_needed_, server_errors_, storage_errors_, free_bytes_;
  HistogramFamily duration_, lag_;
};

}  // namespace poller
