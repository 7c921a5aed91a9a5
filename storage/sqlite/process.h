// Who a process is, so that another one can tell whether it still lives.
#pragma once

#include <string>
#include <string_view>

namespace poller::sqlite_engine {

/// This process: host, boot, pid namespace, pid and start time, as one line of text. The start time tells it from a
/// later process with the same pid.
const std::string& this_process();

/// Whether the process named by `identity` is gone for certain: it ran on this host before the last boot, or in this
/// boot and pid namespace and is not there now. False when that cannot be told (another host, another container).
bool is_gone(std::string_view identity);

}  // namespace poller::sqlite_engine
