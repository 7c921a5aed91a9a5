// The scenarios: what is being done when poller is killed.
#pragma once

#include <vector>

#include "lab.h"

namespace poller::crash {

/// Mails on a real Dovecot, folders of files, agents' commands, tokens.
std::vector<Scenario> all_scenarios();

}  // namespace poller::crash
