// Names of months and time zones as they occur in Date fields.
#pragma once

#include <optional>
#include <string_view>

namespace poller {

/// 1..12 for a month's name or abbreviation in one of the larger European languages; 0 for anything else.
/// `name` is lower case UTF-8.
int month_of(std::string_view name) noexcept;

/// Minutes east of UTC of a zone's name (RFC 5322 section 4.3, and others in use). The one-letter military zones are 0,
/// as RFC 5322 wants. `name` is lower case.
std::optional<int> zone_of(std::string_view name) noexcept;

}  // namespace poller
