#include "mailbox/imap/wire_date.h"

#include <array>
#include <chrono>

#include "base/text.h"

namespace poller::imap {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool take_number(std::string_view text, std::size_t at, std::size_t digits, int& value) noexcept {
  std::uint64_t number = 0;
  if (!text::parse_uint(text.substr(at, digits), number)) return false;
  value = static_cast<int>(number);
  return true;
}

unsigned month_of(std::string_view word) noexcept {
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (text::iequals(word, kMonths[i])) return i + 1;
  }
  return 0;
}

}  // namespace

std::optional<UnixTime> parse_internal_date(std::string_view text) noexcept {
  // Fixed columns; the day may have a leading blank, or, against the grammar, a single digit.
  if (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  const std::size_t day_digits = text.size() > 1 && text[1] == '-' ? 1 : 2;
  if (text.size() != day_digits + 24) return std::nullopt;
  int day = 0, year = 0, hour = 0, minute = 0, second = 0, zone_hour = 0, zone_minute = 0;
  const std::size_t d = day_digits;
  const bool numbers = take_number(text, 0, d, day) && take_number(text, d + 5, 4, year) &&
                       take_number(text, d + 10, 2, hour) && take_number(text, d + 13, 2, minute) &&
                       take_number(text, d + 16, 2, second) && take_number(text, d + 20, 2, zone_hour) &&
                       take_number(text, d + 22, 2, zone_minute);
  const unsigned month = month_of(text.substr(d + 1, 3));
  const char sign = text[d + 19];
  if (!numbers || month == 0 || (sign != '+' && sign != '-')) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 60 || zone_minute > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days{date}.time_since_epoch().count();
  const UnixTime local = UnixTime{days} * 86400 + hour * 3600 + minute * 60 + second;
  const UnixTime offset = UnixTime{zone_hour} * 3600 + zone_minute * 60;
  return sign == '+' ? local - offset : local + offset;
}

}  // namespace poller::imap
