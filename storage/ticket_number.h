// A ticket's number by the queue's form.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "model/ticket.h"

namespace poller {

/// `form` with {id} replaced by the ticket's id, {id:06} by the same with at least that many digits (1 to 18), {year}
/// by the year of `created_at` in UTC. Anything else stands as it is. A form without {id} gets "-ID" at its end, so
/// that no two tickets bear the same number.
std::string ticket_number(std::string_view form, TicketId id, UnixTime created_at);

}  // namespace poller
