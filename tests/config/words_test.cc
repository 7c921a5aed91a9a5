#include "config/words.h"

#include <doctest/doctest.h>

using namespace poller::config;
using std::chrono::hours;

namespace {

bool is_duration(const char* word) {
  Seconds value{};
  return parse_duration(word, value);
}

bool is_size(const char* word) {
  std::uint64_t value = 0;
  return parse_size(word, value);
}

}  // namespace

TEST_CASE("durations are a number and a unit") {
  Seconds value{};
  CHECK((parse_duration("30s", value) && value == Seconds(30)));
  CHECK((parse_duration("5m", value) && value == Seconds(300)));
  CHECK((parse_duration("4h", value) && value == hours(4)));
  CHECK((parse_duration("7d", value) && value == hours(7 * 24)));
  CHECK((parse_duration("0s", value) && value == Seconds(0)));
  CHECK((parse_duration("36500d", value) && value == hours(36500 * 24)));
  for (const char* wrong : {"", "30", "s", "-1s", "+1s", "1.5h", "1 h", "1H", "1w", "5min", "1h30m", "200ms", "36501d",
                            "99999999999999999999d", "18446744073709551615d"}) {
    CAPTURE(wrong);
    CHECK_FALSE(is_duration(wrong));
  }
}

TEST_CASE("deadlines may be milliseconds") {
  std::chrono::milliseconds value{};
  CHECK((parse_duration("200ms", value) && value.count() == 200));
  CHECK((parse_duration("2s", value) && value.count() == 2000));
  CHECK_FALSE(parse_duration("200", value));
}

TEST_CASE("sizes are bytes, or a number and a unit of thousands or of 1024s") {
  std::uint64_t value = 0;
  CHECK((parse_size("35MB", value) && value == 35'000'000));
  CHECK((parse_size("512KB", value) && value == 512'000));
  CHECK((parse_size("1GB", value) && value == 1'000'000'000));
  CHECK((parse_size("35MiB", value) && value == 36'700'160));
  CHECK((parse_size("35mb", value) && value == 35'000'000));
  CHECK((parse_size("4096", value) && value == 4096));
  CHECK((parse_size("4096B", value) && value == 4096));
  for (const char* wrong : {"", "MB", "35 MB", "-1", "1.5MB", "1TB", "35M", "99999999999GB"}) {
    CAPTURE(wrong);
    CHECK_FALSE(is_size(wrong));
  }
}

TEST_CASE("rates are a number in a duration") {
  Rate rate;
  CHECK((parse_rate("10 in 3h", rate) && rate.count == 10 && rate.window == hours(3)));
  CHECK((parse_rate("0 in 1d", rate) && rate.count == 0));
  CHECK((parse_rate(" 2  in  1m ", rate) && rate.count == 2 && rate.window == Seconds(60)));
  for (const char* wrong : {"", "10", "10 in", "10 in 3", "in 3h", "10/3h", "10 per 3h", "-1 in 3h", "5 in 0s",
                            "1000001 in 1h", "10in3h"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_rate(wrong, rate));
  }
}

TEST_CASE("days are days of the calendar") {
  std::chrono::sys_days day{};
  CHECK((parse_day("2028-02-29", day) && day_word(day) == "2028-02-29"));
  for (const char* wrong : {"", "2027-02-29", "2027-13-01", "2027-1-31", "31.01.2027", "2027-01-31T00", "2027/01/31"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_day(wrong, day));
  }
}

TEST_CASE("values are written in the largest unit that divides them") {
  CHECK(duration_word(hours(24)) == "1d");
  CHECK(duration_word(hours(4)) == "4h");
  CHECK(duration_word(Seconds(90)) == "90s");
  CHECK(duration_word(std::chrono::milliseconds(200)) == "200ms");
  CHECK(duration_word(Seconds(0)) == "0s");
  CHECK(size_word(35'000'000) == "35MB");
  CHECK(size_word(1024) == "1KiB");
  CHECK(size_word(1001) == "1001");
  CHECK(rate_words({10, hours(3)}) == "10 in 3h");
}
