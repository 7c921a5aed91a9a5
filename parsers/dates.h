// Dates of header fields (RFC 5322 section 3.3, and what else occurs).
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace poller {

std::optional<UnixTime> parse_mail_date(std::string_view value);

}  // namespace poller
