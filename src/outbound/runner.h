// The outbox of one mailbox, tried once.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/exit_code.h"
#include "config/config.h"
#include "outbound/sender.h"
#include "storage/store.h"

namespace poller::outbound {

/// Looks for mails in the account's Sent folder. Throws Error where it cannot be read.
class SentLookup {
 public:
  virtual ~SentLookup() = default;
  /// Which of the ids are there, among mails since that time.
  virtual std::vector<std::string> find(const std::vector<std::string>& message_ids, UnixTime since) = 0;
};

struct RunOptions {
  std::stop_token stop;
  std::function<std::unique_ptr<SentLookup>()> sent;  // empty: uncertain rows stay
  std::chrono::seconds sent_rest{0};                  // the Sent folder is looked at no more often
  /// After each attempt: what became of the row. What a dead process left as uncertain is told too.
  std::function<void(const OutboxRow&, OutboxState)> on_result;
};

struct RunSummary {
  std::uint64_t sent = 0, retry = 0, failed = 0, uncertain = 0;
  /// The worst of what went wrong for now: ok when nothing did, whatever still waits for hold or a limit.
  ExitCode code = ExitCode::ok;
  /// When there is something to do again; nothing: when something new is queued.
  std::optional<UnixTime> next;
};

/// Sends what is due, within `outbound`'s limits, never waiting for one of them. Takes the mailbox's outbox lease, so
/// that no two processes send the same row; first it takes up what a dead process left: what may have been sent
/// entirely is uncertain, the rest is due again. Throws Error(storage) when the store fails, and Error(temporary) when
/// another process has the lease.
RunSummary run_outbox(Store& store, const config::Config& config, const config::Mailbox& mailbox, Sender& sender,
                      const Clock& clock, const RunOptions& options);

/// Under this name the store keeps why a mailbox cannot send until somebody mends it, "WHAT\nADVICE"; empty: it can.
std::string sending_trouble_name(const std::string& mailbox);

/// The n-th wait (from 1) without its jitter: one minute, doubled each time, at most four hours.
std::chrono::seconds backoff(int attempts) noexcept;

}  // namespace poller::outbound
