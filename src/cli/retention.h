// The retention keys applied.
#pragma once

#include "config/config.h"
#include "storage/care.h"

namespace poller::cli {

/// Removes what `retention` says from the configured storage.
Pruned prune_by_retention(const config::Config& config);

}  // namespace poller::cli
