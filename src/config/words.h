// The configuration's small languages: durations, sizes, rates, dates. Pure; false means "not one".
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"

namespace poller::config {

/// "200ms", "30s", "5m", "4h", "7d"; at most 100 years.
bool parse_duration(std::string_view word, std::chrono::milliseconds& out) noexcept;
/// As above without "ms".
bool parse_duration(std::string_view word, Seconds& out) noexcept;
/// "35MB", "512KB", "1GB" (powers of 1000), "35MiB" (powers of 1024), "4096" and "4096B"; letter case ignored.
bool parse_size(std::string_view word, std::uint64_t& out) noexcept;
/// "10 in 3h"
bool parse_rate(std::string_view words, Rate& out) noexcept;
/// "2027-01-31"
bool parse_day(std::string_view word, std::chrono::sys_days& out) noexcept;

/// The reverse, in the largest unit that divides it: "4h", "90s", "35MB", "10 in 3h", "2027-01-31".
std::string duration_word(std::chrono::milliseconds value);
std::string size_word(std::uint64_t value);
std::string rate_words(const Rate& value);
std::string day_word(std::chrono::sys_days value);

}  // namespace poller::config
