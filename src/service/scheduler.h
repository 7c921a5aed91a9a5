// The daemon: every mailbox on its own schedule, or told of news by its server, until it is told to stop.
//
// One loop holds the clock and the idle connections (a descriptor each); a bounded pool of threads runs the turns. A
// turn is one pass, bounded in time and bytes: who has more goes to the end of the queue.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "config/config.h"
#include "intake/pass.h"
#include "storage/store.h"

namespace poller {

/// A turn that is over, for metrics, health and the log.
struct TurnReport {
  const config::Mailbox& mailbox;
  const PassSummary& summary;    // what was done, also before an error
  const Error* error = nullptr;  // null: success
  bool watching = false;         // the server tells of news until the renewal
  std::chrono::milliseconds rest{0};
  std::chrono::duration<double> took{0};
};

/// Within how long the mailbox's next success is due after that: its poll_every, or the renewal of what watches it.
std::chrono::seconds success_interval(const TurnReport& report, std::chrono::milliseconds idle_renew);

struct SchedulerHooks {
  std::function<std::unique_ptr<Store>()> open_store;  // one for each thread of the pool
  std::function<SessionFactory(const config::Mailbox&)> sessions;
  std::function<void(const config::Mailbox&, const MailEvent&)> on_mail;
  std::function<void(const TurnReport&)> on_turn;  // from the loop's thread
  /// Something that changes when somebody signs in for the mailbox; empty: nothing is known.
  std::function<std::string(const config::Mailbox&)> sign_in_mark;
  /// Called by the loop at least every ten seconds as long as it turns and no turn is stuck: systemd's watchdog,
  /// health.
  std::function<void()> alive;
  AfterCommit* after = nullptr;  // see intake/after_commit.h; used by all threads of the pool
  const Rules* rules = nullptr;  // likewise
  /// Nothing is fetched while it returns false (the disk is nearly full).
  std::function<bool()> may_fetch;
};

/// Returns when `stop` is requested and the passes under way have ended. A mailbox that fails waits by the cause of its
/// failure and never delays another. Throws Error(storage) when the store has failed: nothing more may be settled then.
void run_scheduler(const config::Config& config, const SchedulerHooks& hooks, const std::stop_token& stop,
                   const std::string& only_mailbox);

}  // namespace poller
