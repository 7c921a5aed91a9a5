// One mailbox's turn: a pass on its session, which is kept where the server tells of news.
#pragma once

#include <stop_token>

#include "config/config.h"
#include "service/entry.h"
#include "service/scheduler.h"
#include "storage/store.h"

namespace poller {

/// Fills entry.result; what goes wrong on the way once `stop` is requested is no error. Throws Error(storage) alone.
void take_turn(Store& store, Entry& entry, const config::Config& config, const SchedulerHooks& hooks,
               const std::stop_token& stop);

}  // namespace poller
