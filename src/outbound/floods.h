// How many automatic answers one ticket, and all of them together, get. Each sender's own limit is answers.per_sender.
#pragma once

#include <optional>
#include <string>

#include "storage/store.h"

namespace poller::outbound {

/// Why no further automatic answer may go out at `now`: too many within 10 minutes, an hour or a day. Nothing: it may.
std::optional<std::string> answer_flood(Store& store, std::optional<TicketId> ticket, UnixTime now);

}  // namespace poller::outbound
