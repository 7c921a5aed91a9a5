#include "parsers/calendar_time.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "base/text.h"

namespace poller {
namespace {

constexpr std::array<const char*, 12> kMonths = {"January", "February", "March",     "April",   "May",      "June",
                                                 "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<const char*, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                  "Thursday", "Friday", "Saturday"};
constexpr int kMinutesOfDay = 24 * 60;

// The number in s[pos, pos + n), or -1.
int digits_at(std::string_view s, std::size_t pos, std::size_t n) noexcept {
  if (pos + n > s.size()) return -1;
  int value = 0;
  for (const char c : s.substr(pos, n)) {
    if (!text::is_digit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::string describe_day(long day, bool with_weekday) {
  const std::chrono::sys_days at{std::chrono::days{day}};
  const std::chrono::year_month_day date{at};
  const std::string text =
      fmt::format("{} {} {}", static_cast<unsigned>(date.day()), kMonths.at(static_cast<unsigned>(date.month()) - 1),
                  static_cast<int>(date.year()));
  return with_weekday ? fmt::format("{}, {}", kWeekdays.at(std::chrono::weekday{at}.c_encoding()), text) : text;
}

std::string describe_minute(int minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); }

// "20240514" and "20240514T100000Z", also with the blanks and dashes some writers put in.
std::optional<CalendarTime> read_calendar_stamp(std::string_view value) {
  std::string packed;
  for (const char c : value.substr(0, 40)) {
    if (c == ',') break;
    if (text::is_alnum(c)) packed += c;
  }
  const int year = digits_at(packed, 0, 4);
  const int month = digits_at(packed, 4, 2);
  const int day = digits_at(packed, 6, 2);
  if (year < 1 || month < 1 || day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  CalendarTime time;
  time.day = static_cast<long>(std::chrono::sys_days{date}.time_since_epoch().count());
  const int hour = digits_at(packed, 9, 2);
  const int minute = digits_at(packed, 11, 2);
  if (packed.size() > 8 && hour >= 0 && hour < 24 && minute >= 0 && minute < 60) time.minute = hour * 60 + minute;
  if (packed.ends_with('Z')) time.zone = "UTC";
  return time;
}

std::string_view unit_of(std::string_view frequency) noexcept {
  static constexpr std::pair<std::string_view, std::string_view> units[] = {
      {"DAILY", "day"},   {"WEEKLY", "week"}, {"MONTHLY", "month"},
      {"YEARLY", "year"}, {"HOURLY", "hour"}, {"MINUTELY", "minute"},
  };
  for (const auto& [name, unit] : units) {
    if (text::iequals(frequency, name)) return unit;
  }
  return {};
}

std::string ordinal(int n) {
  static constexpr std::array<const char*, 6> words = {"", "first", "second", "third", "fourth", "fifth"};
  if (n == -1) return "last";
  return n > 0 && n < static_cast<int>(words.size()) ? words.at(static_cast<std::size_t>(n)) : fmt::format("{}.", n);
}

// "MO", "2TU", "-1FR".
std::string describe_weekday(std::string_view item) {
  static constexpr std::array<std::string_view, 7> codes = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
  if (item.size() < 2) return {};
  const std::string_view number = item.substr(0, item.size() - 2);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (!text::iequals(item.substr(item.size() - 2), codes.at(i))) continue;
    if (number.empty()) return kWeekdays.at(i);
    std::uint64_t n = 0;
    if (!text::parse_uint(number.substr(number[0] == '-' || number[0] == '+' ? 1 : 0), n) || n > 53) return {};
    return fmt::format("the {} {}", ordinal(number[0] == '-' ? -static_cast<int>(n) : static_cast<int>(n)),
                       kWeekdays.at(i));
  }
  return {};
}

template <typename Describe>
std::string join_items(std::string_view list, Describe describe) {
  std::vector<std::string> words;
  for (const std::string_view item : text::split(list.substr(0, 400), ',')) {
    std::string word = describe(text::trim(item));
    if (!word.empty()) words.push_back(std::move(word));
  }
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  return out;
}

struct RecurrenceParts {
  std::string_view unit, by_day, by_month_day, by_month, set_position, until;
  std::uint64_t interval = 1, count = 0;
};

RecurrenceParts read_recurrence(std::string_view rrule) {
  RecurrenceParts parts;
  for (const std::string_view piece : text::split(rrule.substr(0, 2000), ';')) {
    const auto equals = piece.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = text::trim(piece.substr(0, equals));
    const std::string_view value = text::trim(piece.substr(equals + 1));
    if (text::iequals(key, "FREQ")) parts.unit = unit_of(value);
    if (text::iequals(key, "INTERVAL")) text::parse_uint(value, parts.interval);
    if (text::iequals(key, "COUNT")) text::parse_uint(value, parts.count);
    if (text::iequals(key, "UNTIL")) parts.until = value;
    if (text::iequals(key, "BYDAY")) parts.by_day = value;
    if (text::iequals(key, "BYMONTHDAY")) parts.by_month_day = value;
    if (text::iequals(key, "BYMONTH")) parts.by_month = value;
    if (text::iequals(key, "BYSETPOS")) parts.set_position = value;
  }
  return parts;
}

}  // namespace

std::optional<CalendarTime> read_calendar_time(const CalendarLine& line) {
  auto time = read_calendar_stamp(line.value);
  if (!time) return time;
  if (text::iequals(line.parameter("VALUE"), "DATE")) time->minute.reset();
  const std::string_view zone = line.parameter("TZID");
  if (time->zone.empty() && !zone.empty()) {
    time->zone = std::string(text::utf8_prefix(zone, 100));
    if (text::iequals(zone, "Etc/UTC")) time->zone = "UTC";
  }
  return time;
}

std::optional<CalendarTime> add_duration(const CalendarTime& start, std::string_view duration) {
  if (duration.starts_with('+')) duration.remove_prefix(1);
  if (!duration.starts_with('P') || duration.size() > 40) return std::nullopt;
  long minutes = 0;
  long number = 0;
  bool has_time = false;
  for (const char c : duration.substr(1)) {
    if (text::is_digit(c)) {
      number = std::min(number * 10 + (c - '0'), 1'000'000L);
      continue;
    }
    if (c == 'W') minutes += number * 7 * kMinutesOfDay;
    if (c == 'D') minutes += number * kMinutesOfDay;
    if (c == 'H') minutes += number * 60;
    if (c == 'M') minutes += number;
    has_time = has_time || c == 'T';
    number = 0;
  }
  if (minutes == 0) return std::nullopt;
  CalendarTime end = start;
  const long total = start.minute.value_or(0) + minutes;
  end.day += total / kMinutesOfDay;
  if (start.minute) end.minute = static_cast<int>(total % kMinutesOfDay);
  return end;
}

std::string describe_times(const CalendarTime& start, const std::optional<CalendarTime>& end) {
  std::string out = describe_day(start.day, true);
  if (!start.minute) {
    const long last = end ? end->day - (end->minute ? 0 : 1) : start.day;
    if (last > start.day) out += " to " + describe_day(last, true);
    return out + " (all day)";
  }
  out += ", " + describe_minute(*start.minute);
  if (end && end->minute && (end->day != start.day || *end->minute != *start.minute)) {
    out += " to ";
    if (end->day != start.day) out += describe_day(end->day, true) + ", ";
    out += describe_minute(*end->minute);
    if (end->zone != start.zone && !end->zone.empty() && !start.zone.empty()) {
      return out + fmt::format(" ({} to {})", start.zone, end->zone);
    }
  }
  if (!start.zone.empty()) out += fmt::format(" ({})", start.zone);
  return out;
}

std::string describe_recurrence(std::string_view rrule) {
  const RecurrenceParts parts = read_recurrence(rrule);
  if (parts.unit.empty()) return {};
  std::string out = parts.interval > 1 ? fmt::format("every {} {}s", parts.interval, parts.unit)
                                       : fmt::format("every {}", parts.unit);
  const std::string days = join_items(parts.by_day, describe_weekday);
  std::uint64_t position = 0;
  const bool from_end = parts.set_position.starts_with('-');
  if (!days.empty() && text::parse_uint(parts.set_position.substr(from_end ? 1 : 0), position) && position < 54) {
    const char* const of = parts.by_day.find(',') == std::string_view::npos ? "" : "of ";
    const int place = from_end ? -static_cast<int>(position) : static_cast<int>(position);
    out += fmt::format(" on the {} {}{}", ordinal(place), of, days);
  } else if (!days.empty()) {
    out += " on " + days;
  }
  const std::string month_days = join_items(parts.by_month_day, [](std::string_view day) -> std::string {
    if (day == "-1") return "the last day";
    std::uint64_t n = 0;
    return text::parse_uint(day, n) && n >= 1 && n <= 31 ? "day " + std::to_string(n) : std::string();
  });
  if (!month_days.empty()) out += " on " + month_days;
  const std::string months = join_items(parts.by_month, [](std::string_view month) -> std::string {
    std::uint64_t n = 0;
    return text::parse_uint(month, n) && n >= 1 && n <= 12 ? kMonths.at(n - 1) : "";
  });
  if (!months.empty()) out += " in " + months;
  if (parts.count > 0) out += parts.count == 1 ? ", once" : fmt::format(", {} times", parts.count);
  if (const auto until = read_calendar_stamp(parts.until)) out += ", until " + describe_day(until->day, false);
  return out;
}

}  // namespace poller
