#include "base/clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace poller {
namespace {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::now(); }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::now();
  }
};

constexpr UnixTime kYear0 = -62167219200;     // 0000-01-01T00:00:00Z
constexpr UnixTime kYear9999 = 253402300799;  // 9999-12-31T23:59:59Z

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

std::string rfc3339(UnixTime time) {
  const std::time_t t = std::clamp(time, kYear0, kYear9999);
  std::tm tm{};
  gmtime_r(&t, &tm);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
                     tm.tm_min, tm.tm_sec);
}

namespace {

// RFC 3339 section 5.6, time-offset: "Z", "+02:00".
bool parse_offset(const std::string& text, int& seconds) {
  seconds = 0;
  if (text == "Z" || text == "z") return true;
  int hours = 0, minutes = 0, used = 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return false;
  for (const std::size_t i : {1, 2, 4, 5}) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  if (std::sscanf(text.c_str() + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 || used != 5) return false;
  seconds = (text[0] == '-' ? -60 : 60) * (hours * 60 + minutes);
  return hours <= 23 && minutes <= 59;
}

}  // namespace

bool parse_rfc3339(const std::string& text, UnixTime& time) {
  std::tm tm{};
  int used = 0;
  int offset = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &used) != 3) return false;
  if (static_cast<std::size_t>(used) != text.size()) {
    int more = 0;
    if (std::sscanf(text.c_str() + used, "T%2d:%2d:%2d%n", &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &more) != 3 ||
        !parse_offset(text.substr(static_cast<std::size_t>(used) + static_cast<std::size_t>(more)), offset)) {
      return false;
    }
  }
  if (tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31) return false;
  if (tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59 || tm.tm_sec < 0 || tm.tm_sec > 60) {
    return false;
  }
  tm.tm_year -= 1900;
  tm.tm_mon -= 1;
  time = timegm(&tm) - offset;
  return true;
}

}  // namespace poller
