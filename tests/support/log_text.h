// What the code under test writes to the log.
#pragma once

#include <functional>
#include <string>

#include "base/log.h"

namespace poller::support {

/// What `action` writes to standard error, whichever thread does, with the log at that level meanwhile.
std::string log_of(const std::function<void()>& action, LogLevel level = LogLevel::info);

/// How often `part` stands in `text`.
int times_in(const std::string& text, const std::string& part);

}  // namespace poller::support
