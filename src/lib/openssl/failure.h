// OpenSSL's error queue as our Error.
#pragma once

#include "base/error.h"

namespace poller::openssl {

/// Throws Error(kind) with what was tried and OpenSSL's own reason, and empties the queue.
[[noreturn]] void fail(const char* tried, ErrorKind kind = ErrorKind::ours);

}  // namespace poller::openssl
