// Time behind an interface, so that tests can move it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace poller {

/// Seconds since 1970-01-01T00:00:00Z.
using UnixTime = std::int64_t;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::chrono::system_clock::time_point now() const = 0;
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady() const = 0;
  [[nodiscard]] UnixTime unix_now() const { return std::chrono::system_clock::to_time_t(now()); }
};

/// The machine's own clock.
const Clock& system_clock();

/// RFC 3339 in UTC with seconds, "2026-11-24T08:15:00Z". Years outside 0..9999 are clamped.
std::string rfc3339(UnixTime time);

/// The reverse; accepts a plain date (midnight in UTC) too, and an offset from UTC in place of Z. Returns false on
/// anything else.
bool parse_rfc3339(const std::string& text, UnixTime& time);

}  // namespace poller
