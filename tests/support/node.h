// The test servers that come from npm (tests/support/node).
#pragma once

#include <string>

#include "process.h"

namespace poller::support {

/// The command that runs tests/support/node/SCRIPT. Throws where scripts/test has not installed the packages.
Arguments node_program(const std::string& script, const Arguments& arguments);

}  // namespace poller::support
