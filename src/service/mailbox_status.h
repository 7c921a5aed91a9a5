// What `poller status` says of a mailbox, kept in the store after each pass.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "storage/store.h"

namespace poller {

/// `error` null: the pass succeeded. Never throws: a status that cannot be kept is a warning in the log.
void remember_status(Store& store, const config::Mailbox& mailbox, const Error* error, UnixTime now,
                     UnixTime next_poll) noexcept;

}  // namespace poller
