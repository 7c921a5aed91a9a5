// How long a mailbox rests, by what happened to it.
#pragma once

#include <chrono>

#include "base/error.h"

namespace poller {

/// Within a tenth of `time`, more or less: so that a hundred mailboxes do not knock at the same moment.
std::chrono::milliseconds with_jitter(std::chrono::milliseconds time);

/// After the n-th failure in a row (from 1). What the server asked for (Suggested Backoff Time, Retry-After) is kept to
/// the letter and never shortened; trouble on the way doubles from `interval` to ten minutes; what a person must mend
/// (configuration, permanent) to an hour. `reached`: the mail server itself refused the sign-in, which is not tried
/// often, lest the account be locked.
std::chrono::milliseconds rest_after(const Error& error, int failures, std::chrono::milliseconds interval,
                                     bool reached);

}  // namespace poller
