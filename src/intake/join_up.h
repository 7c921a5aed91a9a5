// Tickets of one requester that a mail proves to be one.
#pragma once

#include <vector>

#include "intake/place.h"
#include "intake/weighed.h"

namespace poller {

/// Plans the merges into `target`, and moves `target.join` to the ticket that stays. `chosen` is the signal that
/// decided. No open ticket goes into one that stays closed (the two are linked instead), and neither a machine's mail
/// nor a stranger's merges anything.
void plan_merges(Store& store, const config::Config& config, const Processed& mail, UnixTime now,
                 const std::vector<Weighed>& weighed, const Weighed& chosen, Target& target);

}  // namespace poller
