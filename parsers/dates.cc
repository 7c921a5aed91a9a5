#include "parsers/dates.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "parsers/date_names.h"

namespace poller {
namespace {

// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
std::int64_t days_from_civil(std::int64_t year, int month, int day) noexcept {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

struct DateParts {
  int year = -1, month = -1, day = -1;
  int hour = -1, minute = 0, second = 0;
  bool afternoon = false, forenoon = false;
  std::optional<int> zone;        // minutes east of UTC
  std::optional<int> named_zone;  // a numeric one counts more

  [[nodiscard]] std::optional<UnixTime> time() const {
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
    int h = std::max(hour, 0);
    if (afternoon && h < 12) h += 12;
    if (forenoon && h == 12) h = 0;
    if (h > 24 || minute > 59 || second > 61) return std::nullopt;
    const std::int64_t offset = zone ? *zone : named_zone.value_or(0);
    return days_from_civil(year, month, day) * 86400 + h * 3600 + minute * 60 + std::min(second, 59) - offset * 60;
  }
};

// RFC 5322 section 4.3: two digits up to 49 are of this century, three digits count from 1900.
int full_year(int year, std::size_t digits) noexcept {
  if (digits <= 2) return year + (year < 50 ? 2000 : 1900);
  return digits == 3 ? year + 1900 : year;
}

class DateReader {
 public:
  explicit DateReader(std::string_view in) : in_(in) {}

  std::optional<UnixTime> read() {
    while (pos_ < in_.size()) {
      const char c = in_[pos_];
      if (text::is_digit(c)) {
        number();
      } else if (text::is_alpha(c) || static_cast<unsigned char>(c) >= 0x80) {
        word();
      } else if ((c == '+' || c == '-') && parts_.hour >= 0 && digit_at(pos_ + 1) && !parts_.zone) {
        numeric_zone();
      } else {
        ++pos_;
      }
    }
    return parts_.time();
  }

 private:
  [[nodiscard]] bool digit_at(std::size_t i) const { return i < in_.size() && text::is_digit(in_[i]); }

  struct Digits {
    int value = 0;
    std::size_t count = 0;
  };

  Digits digits(std::size_t most = 9) {
    Digits out;
    for (; digit_at(pos_) && out.count < most; ++pos_, ++out.count) out.value = out.value * 10 + (in_[pos_] - '0');
    return out;
  }

  void number() {
    const Digits first = digits();
    const char next = pos_ < in_.size() ? in_[pos_] : '\0';
    if (first.count <= 2 && digit_at(pos_ + 1) && parts_.hour < 0 && (next == ':' || (next == '.' && has_date()))) {
      time_of_day(first.value, next);
    } else if (first.count == 8 && parts_.year < 0 && parts_.month < 0) {
      compact_date(first.value);
    } else if (first.count == 4 && next == '-' && digit_at(pos_ + 1) && parts_.month < 0) {
      iso_date(first.value);
    } else if (first.count <= 2 && (next == '/' || next == '.') && digit_at(pos_ + 1) && parts_.month < 0) {
      numeric_date(first.value, next);
    } else if (first.count <= 2 && parts_.day < 0) {
      parts_.day = first.value;
    } else if (parts_.year < 0 && first.count <= 4 && first.count >= 2) {
      parts_.year = full_year(first.value, first.count);
    }
  }

  [[nodiscard]] bool has_date() const { return parts_.day >= 0 && parts_.month >= 0; }

  void time_of_day(int hour, char separator) {
    parts_.hour = hour;
    ++pos_;
    parts_.minute = digits(2).value;
    if (pos_ < in_.size() && in_[pos_] == separator && digit_at(pos_ + 1)) {
      ++pos_;
      parts_.second = digits(2).value;
    }
    if (pos_ < in_.size() && (in_[pos_] == '.' || in_[pos_] == ',') && digit_at(pos_ + 1)) {
      ++pos_;
      digits();
    }
  }

  void iso_date(int year) {
    parts_.year = year;
    ++pos_;
    parts_.month = digits(2).value;
    if (pos_ < in_.size() && in_[pos_] == '-') ++pos_;
    parts_.day = digits(2).value;
    if (pos_ < in_.size() && (in_[pos_] == 'T' || in_[pos_] == 't')) ++pos_;
  }

  // "20260601T100000Z" (ISO 8601, basic).
  void compact_date(int date) {
    parts_.year = date / 10000;
    parts_.month = date / 100 % 100;
    parts_.day = date % 100;
    if (pos_ >= in_.size() || text::lower(in_[pos_]) != 't' || !digit_at(pos_ + 1)) return;
    ++pos_;
    parts_.hour = digits(2).value;
    parts_.minute = digits(2).value;
    parts_.second = digits(2).value;
  }

  // Day first, but where only the American order gives a month.
  void numeric_date(int first, char separator) {
    ++pos_;
    const int second = digits(2).value;
    parts_.day = second > 12 ? second : first;
    parts_.month = second > 12 ? first : second;
    if (separator == '/' && first <= 12 && second <= 12) std::swap(parts_.day, parts_.month);
    if (pos_ < in_.size() && in_[pos_] == separator && digit_at(pos_ + 1)) {
      ++pos_;
      const Digits year = digits();
      parts_.year = full_year(year.value, year.count);
    }
  }

  void numeric_zone() {
    const int sign = in_[pos_++] == '-' ? -1 : 1;
    const Digits first = digits(4);
    int hours = first.count <= 2 ? first.value : first.value / 100;
    int minutes = first.count <= 2 ? 0 : first.value % 100;
    if (first.count <= 2 && pos_ < in_.size() && in_[pos_] == ':' && digit_at(pos_ + 1)) {
      ++pos_;
      minutes = digits(2).value;
    }
    constexpr int kFarthest = 14;  // Kiribati
    if (hours > kFarthest || minutes > 59) hours = minutes = 0;
    parts_.zone = sign * (hours * 60 + minutes);
  }

  void word() {
    const std::size_t start = pos_;
    while (pos_ < in_.size() && (text::is_alpha(in_[pos_]) || static_cast<unsigned char>(in_[pos_]) >= 0x80)) ++pos_;
    const std::string name = text::to_lower(in_.substr(start, pos_ - start));
    if (name == "am" || name == "pm") {
      (name == "am" ? parts_.forenoon : parts_.afternoon) = true;
    } else if (const int month = month_of(name); month > 0 && (parts_.month < 0 || month_may_be_weekday_)) {
      month_may_be_weekday_ = parts_.day < 0;  // "mar. 5 juin": mardi, not March
      parts_.month = month;
    } else if (parts_.hour >= 0 && !parts_.named_zone) {
      parts_.named_zone = zone_of(name);
    }
  }

  std::string_view in_;
  std::size_t pos_ = 0;
  bool month_may_be_weekday_ = false;
  DateParts parts_;
};

// Comments repeat the zone in words, and hold other things.
std::string without_comments(std::string_view s) {
  std::string out;
  int depth = 0;
  for (const char c : s) {
    if (c == '(') ++depth;
    if (depth == 0) out += c;
    if (c == ')' && depth > 0) --depth;
  }
  return out;
}

// RFC 822 let blanks stand around the colons of a time: "09 : 55 : 06".
std::string with_tight_colons(std::string_view s) {
  std::string out;
  for (const char c : s) {
    if (c == ':') out.resize(out.find_last_not_of(" \t") + 1);
    if (!out.empty() && out.back() == ':' && (c == ' ' || c == '\t')) continue;
    out += c;
  }
  return out;
}

}  // namespace

std::optional<UnixTime> parse_mail_date(std::string_view value) {
  constexpr std::size_t kLongest = 200;
  const std::string bare = with_tight_colons(without_comments(value.substr(0, kLongest)));
  return DateReader(bare).read();
}

}  // namespace poller
