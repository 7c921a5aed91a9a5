// Scenarios of mail on its way out.
#pragma once

#include <vector>

#include "lab.h"

namespace poller::crash {

/// An acknowledgement, agents' replies, an agent's answer by mail: each mail is at the server once.
std::vector<Scenario> sending_scenarios();

}  // namespace poller::crash
