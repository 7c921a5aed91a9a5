// The decision record that is stored with each mail and printed by `poller explain`.
#pragma once

#include <string>

#include "model/placement.h"

namespace poller {

/// {"outcome", "is_new_ticket", "kind", "queue", "reasons": [...]}
std::string decision_json(const Placement& placement);

}  // namespace poller
