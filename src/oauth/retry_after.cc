#include "oauth/retry_after.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace poller::oauth {
namespace {

bool read_number(std::string_view digits, std::uint64_t& value) { return text::parse_uint(digits, value); }

std::optional<UnixTime> read_http_date(std::string_view value) {
  static constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                            "jul", "aug", "sep", "oct", "nov", "dec"};
  const auto words = text::split(value, ' ');
  if (words.size() != 6 || words[5] != "GMT") return std::nullopt;
  const auto time = text::split(words[4], ':');
  const auto month = std::find(kMonths.begin(), kMonths.end(), text::to_lower(words[2]));
  std::uint64_t day = 0, year = 0, hour = 0, minute = 0, second = 0;
  if (month == kMonths.end() || time.size() != 3 || !read_number(words[1], day) || !read_number(words[3], year) ||
      !read_number(time[0], hour) || !read_number(time[1], minute) || !read_number(time[2], second) || year > 9999) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return UnixTime{days} * 86400 + static_cast<UnixTime>(hour * 3600 + minute * 60 + second);
}

}  // namespace

std::optional<std::chrono::seconds> read_retry_after(std::string_view value, UnixTime now) {
  value = text::trim(value);
  std::uint64_t seconds = 0;
  constexpr std::uint64_t kLongest = 86400;
  if (text::parse_uint(value, seconds)) return std::chrono::seconds(std::min(seconds, kLongest));
  if (const auto date = read_http_date(value)) {
    return std::chrono::seconds(std::clamp<UnixTime>(*date - now, 0, kLongest));
  }
  return std::nullopt;
}

}  // namespace poller::oauth
