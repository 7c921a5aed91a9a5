#include "base/clock.h"

#include <doctest/doctest.h>

using namespace poller;

TEST_CASE("a time is read with an offset from UTC too") {
  UnixTime time = 0;
  REQUIRE(parse_rfc3339("2026-11-24T10:00:00+02:00", time));
  CHECK(rfc3339(time) == "2026-11-24T08:00:00Z");
  REQUIRE(parse_rfc3339("2026-11-24T22:30:00-05:30", time));
  CHECK(rfc3339(time) == "2026-11-25T04:00:00Z");
  REQUIRE(parse_rfc3339("2026-11-24T10:00:00Z", time));
  CHECK(rfc3339(time) == "2026-11-24T10:00:00Z");
  REQUIRE(parse_rfc3339("2026-11-24", time));
  CHECK(rfc3339(time) == "2026-11-24T00:00:00Z");
  for (const char* bad : {"2026-11-24T10:00:00", "2026-11-24T10:00:00+2:00", "2026-11-24T10:00:00+02:00x",
                          "2026-11-24T10:00:00+24:00", "2026-13-01"}) {
    CHECK_FALSE(parse_rfc3339(bad, time));
  }
}
