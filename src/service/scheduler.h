// The daemon: every mailbox on its own schedule until it is told to stop.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "config/config.h"
#include "intake/pass.h"
#include "storage/store.h"

namespace poller {

struct SchedulerHooks {
  std::function<std::unique_ptr<Store>()> open_store;  // one for each mailbox's thread
  std::function<SessionFactory(const config::Mailbox&)> sessions;
  std::function<void(const config::Mailbox&, const MailEvent&)> on_mail;
};

/// Returns when `stop` is requested and the passes under way have ended. A mailbox that fails waits by the cause of its
/// failure and never delays another. Throws Error(storage) when the store has failed: nothing more may be settled then.
void run_scheduler(const config::Config& config, const SchedulerHooks& hooks, const std::stop_token& stop,
                   const std::string& only_mailbox);

}  // namespace poller
