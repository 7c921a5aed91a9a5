// Fetch and hash ∥ parse ∥ commit, with bounded queues between them.
#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include "intake/processed.h"
#include "mailbox/mailbox.h"

namespace poller {

/// Hands mails on, each by the sink that it is given. The token is stopped when nothing is taken any more.
using Producer = std::function<void(const MailSink&, const std::stop_token&)>;

/// Runs `produce` (and the hash of each mail) on one thread and `process` on another; hands what comes out to `consume`
/// on the calling thread, in the order of production, as many at a time as are ready (so a slow disk makes larger
/// groups by itself). What was produced before `produce` threw is still consumed; then its exception is thrown here.
/// When `consume` throws, production is stopped and that exception is thrown. While there is nothing to consume,
/// `waiting` is called every second, on the calling thread; what it throws counts as thrown by `consume`.
void run_pipeline(const Producer& produce, const std::function<Processed(RawMail&&)>& process,
                  const std::function<void(std::vector<Processed>&&)>& consume,
                  const std::function<void()>& waiting = {});

}  // namespace poller
