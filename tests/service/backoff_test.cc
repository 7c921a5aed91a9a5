// How long a mailbox rests, by cause.
#include "service/backoff.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using poller::Error;
using poller::ErrorKind;
using poller::rest_after;
using poller::with_jitter;

namespace {

bool near(std::chrono::milliseconds rest, std::chrono::milliseconds wanted) {
  return rest >= wanted * 9 / 10 && rest <= wanted * 11 / 10;
}

}  // namespace

TEST_CASE("jitter spreads by a tenth, both ways") {
  bool less = false, more = false;
  for (int i = 0; i < 200; ++i) {
    const auto rest = with_jitter(60s);
    CHECK(near(rest, 60s));
    less |= rest < 60s;
    more |= rest > 60s;
  }
  CHECK(less);
  CHECK(more);
  CHECK(with_jitter(0ms) == 0ms);
}

TEST_CASE("trouble on the way doubles up to ten minutes") {
  const Error error(ErrorKind::unreachable, "refused");
  CHECK(near(rest_after(error, 1, 60s, false), 60s));
  CHECK(near(rest_after(error, 2, 60s, false), 120s));
  CHECK(near(rest_after(error, 4, 60s, false), 480s));
  CHECK(near(rest_after(error, 5, 60s, false), 600s));
  CHECK(near(rest_after(error, 1000, 60s, false), 600s));
  CHECK(near(rest_after(error, 3, 1h, false), 1h));  // never more often than the schedule
}

TEST_CASE("what the server asks for is never cut short") {
  Error error(ErrorKind::temporary, "throttled");
  error.set_retry_after(92415ms);
  for (int i = 0; i < 200; ++i) {
    const auto rest = rest_after(error, 1, 1s, true);
    CHECK(rest >= 92415ms);
    CHECK(rest <= 102000ms);
  }
}

TEST_CASE("a server that throttles without a time is trouble on the way") {
  Error error(ErrorKind::temporary, "throttled");
  error.set_retry_after(0ms);
  CHECK(near(rest_after(error, 1, 60s, true), 60s));
  CHECK(near(rest_after(error, 3, 60s, true), 240s));
}

TEST_CASE("a refused sign-in is not tried often, and what a person must mend even less") {
  const Error refused(ErrorKind::sign_in, "no");
  CHECK(near(rest_after(refused, 1, 1s, true), 5min));
  CHECK(near(rest_after(refused, 2, 1s, true), 10min));
  CHECK(near(rest_after(refused, 50, 1s, true), 60min));
  CHECK(near(rest_after(refused, 50, 1s, false), 5min));  // from the vault: nobody is asked
  CHECK(near(rest_after(Error(ErrorKind::configuration, "x"), 50, 60s, true), 60min));
}
