// How many tickets one sender, and all of them together, may open before that sets off nothing automatic any more. What
// is over a limit is stored all the same.
#pragma once

#include <optional>
#include <string>

#include "storage/store.h"

namespace poller {

/// Why a ticket that `sender` opens at `at` (the mail's arrival) is to set off no answer and no notice: too many
/// tickets of his (in whatever spelling of his address, also where a rule made another
/// the requester), or of all, within 10 minutes, an hour or a day. Nothing: it may. To be asked before the ticket is
/// made.
std::optional<std::string> ticket_flood(Store& store, const std::string& sender, UnixTime at);

}  // namespace poller
