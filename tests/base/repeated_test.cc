// What comes again and again is said less and less often, and a wish to wait that changes makes it nothing new.
#include "base/repeated.h"

#include <doctest/doctest.h>

#include <vector>

namespace {

using poller::Repeated;

}  // namespace

TEST_CASE("said at the first, second, fourth, eighth … time, whatever numbers are in it") {
  Repeated repeated;
  std::vector<int> said;
  for (int n = 1; n <= 20; ++n) {
    const std::string text = "Suggested Backoff Time: " + std::to_string(n * 987'654) + " milliseconds";
    if (repeated.note("throttled", text, 1000 + n)) said.push_back(n);
  }
  CHECK(said == std::vector<int>{1, 2, 4, 8, 16});
  CHECK(repeated.times() == 20);
  CHECK(repeated.since() == 1001);
  CHECK(repeated.unsaid() == 4);
  CHECK(repeated.said_at() == 1016);
  CHECK(repeated.kind() == "throttled");
  CHECK(repeated.text() == "Suggested Backoff Time: 19753080 milliseconds");
}

TEST_CASE("another kind, other words, or an end in between: it begins anew") {
  Repeated repeated;
  const auto note = [&](const char* kind, const char* text) { return repeated.note(kind, text, 1000); };
  for (int n = 1; n <= 3; ++n) note("temporary", "busy");
  CHECK(note("unreachable", "busy"));
  CHECK(note("unreachable", "gone"));
  CHECK(repeated.times() == 1);
  CHECK(repeated.unsaid() == 0);
  repeated.forget();
  CHECK_FALSE(repeated.is_same("", ""));
  CHECK(note("unreachable", "gone"));
  CHECK(repeated.times() == 1);
}
