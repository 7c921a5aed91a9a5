// A socket to listen on, from "ADDRESS:PORT" or "unix:PATH".
#pragma once

#include <string>

namespace poller {

/// The descriptor, listening. A Unix socket that a process left behind is replaced, one that somebody listens on is
/// not; it gets mode 0660. Throws Error(configuration) that says what cannot be had.
int listen_at(const std::string& where);

}  // namespace poller
