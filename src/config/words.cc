#include "config/words.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace poller::config {
namespace {

struct DurationUnit {
  const char* name;
  std::uint64_t milliseconds;
};
constexpr std::array<DurationUnit, 5> kDurationUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::uint64_t kLongestDuration = 36'500ULL * 86'400'000;

struct SizeUnit {
  const char* name;
  std::uint64_t bytes;
};
constexpr std::array<SizeUnit, 8> kSizeUnits{{{"GiB", 1ULL << 30},
                                              {"GB", 1'000'000'000},
                                              {"MiB", 1ULL << 20},
                                              {"MB", 1'000'000},
                                              {"KiB", 1ULL << 10},
                                              {"KB", 1000},
                                              {"B", 1},
                                              {"", 1}}};
constexpr std::uint64_t kLargestSize = 1ULL << 50;

/// Splits "35MB" into 35 and "MB".
bool split_number(std::string_view word, std::uint64_t& number, std::string_view& unit) noexcept {
  std::size_t digits = 0;
  while (digits < word.size() && text::is_digit(word[digits])) ++digits;
  unit = word.substr(digits);
  return text::parse_uint(word.substr(0, digits), number);
}

}  // namespace

bool parse_duration(std::string_view word, std::chrono::milliseconds& out) noexcept {
  std::uint64_t number = 0;
  std::string_view unit;
  if (!split_number(word, number, unit)) return false;
  for (const DurationUnit& known : kDurationUnits) {
    if (unit != known.name) continue;
    if (number > kLongestDuration / known.milliseconds) return false;
    out = std::chrono::milliseconds(number * known.milliseconds);
    return true;
  }
  return false;
}

bool parse_duration(std::string_view word, Seconds& out) noexcept {
  std::chrono::milliseconds value{};
  if (word.ends_with("ms") || !parse_duration(word, value)) return false;
  out = std::chrono::duration_cast<Seconds>(value);
  return true;
}

bool parse_size(std::string_view word, std::uint64_t& out) noexcept {
  std::uint64_t number = 0;
  std::string_view unit;
  if (!split_number(word, number, unit)) return false;
  for (const SizeUnit& known : kSizeUnits) {
    if (!text::iequals(unit, known.name)) continue;
    if (number > kLargestSize / known.bytes) return false;
    out = number * known.bytes;
    return true;
  }
  return false;
}

bool parse_rate(std::string_view words, Rate& out) noexcept {
  const std::size_t in = words.find(" in ");
  if (in == std::string_view::npos) return false;
  std::uint64_t count = 0;
  Seconds window{};
  if (!text::parse_uint(text::trim(words.substr(0, in)), count) || count > 1'000'000) return false;
  if (!parse_duration(text::trim(words.substr(in + 4)), window) || window.count() == 0) return false;
  out = {static_cast<int>(count), window};
  return true;
}

bool parse_day(std::string_view word, std::chrono::sys_days& out) noexcept {
  std::uint64_t year = 0;
  std::uint64_t month = 0;
  std::uint64_t day = 0;
  if (word.size() != 10 || word[4] != '-' || word[7] != '-') return false;
  if (!text::parse_uint(word.substr(0, 4), year) || !text::parse_uint(word.substr(5, 2), month) ||
      !text::parse_uint(word.substr(8, 2), day)) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return false;
  out = date;
  return true;
}

std::string duration_word(std::chrono::milliseconds value) {
  const auto number = static_cast<std::uint64_t>(value.count());
  if (number == 0) return "0s";
  for (const DurationUnit& unit : kDurationUnits) {
    if (number % unit.milliseconds == 0) return fmt::format("{}{}", number / unit.milliseconds, unit.name);
  }
  return fmt::format("{}ms", number);
}

std::string size_word(std::uint64_t value) {
  if (value == 0) return "0";
  for (const SizeUnit& unit : kSizeUnits) {
    if (value % unit.bytes == 0 && unit.bytes > 1) return fmt::format("{}{}", value / unit.bytes, unit.name);
  }
  return fmt::to_string(value);
}

std::string rate_words(const Rate& value) { return fmt::format("{} in {}", value.count, duration_word(value.window)); }

std::string day_word(std::chrono::sys_days value) {
  const std::chrono::year_month_day date(value);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace poller::config
