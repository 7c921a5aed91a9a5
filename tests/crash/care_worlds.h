// Scenarios of the storage itself: an upgrade, and what retention removes.
#pragma once

#include "lab.h"

namespace poller::crash {

/// The first pass of a new version over a store that the first one has made.
Scenario migration_scenario();

/// `poller db prune`: bytes of closed tickets in both files, rows of the quarantine.
Scenario prune_scenario();

}  // namespace poller::crash
