// The Retry-After field of HTTP (RFC 9110 section 10.2.3).
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace poller::oauth {

/// Seconds, or a date in the preferred form ("Sun, 06 Nov 1994 08:49:37 GMT"); nothing for anything else. A date that
/// is past gives zero.
std::optional<std::chrono::seconds> read_retry_after(std::string_view value, UnixTime now);

}  // namespace poller::oauth
