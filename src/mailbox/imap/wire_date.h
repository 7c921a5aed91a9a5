// INTERNALDATE (RFC 9051 section 9, date-time): "17-Jul-1996 02:44:25 -0700".
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace poller::imap {

/// Nothing when it is no such date.
std::optional<UnixTime> parse_internal_date(std::string_view text) noexcept;

}  // namespace poller::imap
