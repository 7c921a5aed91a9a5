// What `poller status` says of a mailbox, kept in the store after each pass.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "config/config.h"
#include "storage/store.h"

namespace poller {

/// `next_poll`: later where the server has asked for more. `lag_seconds`: age at commit of the mail committed last,
/// where one was; -1: unknown. `error` null: the pass succeeded. Throws Error(storage): a storage that fails here fails
/// the next mail too. Where another process holds it up, the status that is not kept is a warning in the log.
void remember_status(Store& store, const config::Mailbox& mailbox, const Error* error, UnixTime now, UnixTime next_poll,
                     std::optional<std::int64_t> lag_seconds = std::nullopt);

/// Until when the server has asked to be left alone (Suggested Backoff Time, Retry-After), where that is still to come.
std::optional<UnixTime> asked_to_wait_until(const MailboxStatus& status, UnixTime now);

/// Why a mailbox is not as it should be, by what is kept of it and by the rule of /healthz/ready: no success for three
/// intervals (while the server tells of news, the renewal's). Empty: it is. One that `--once` polled last has no
/// interval, and is only late where it never succeeded.
std::string late_reason(const MailboxStatus& status, const config::Mailbox& mailbox, UnixTime now);

}  // namespace poller
