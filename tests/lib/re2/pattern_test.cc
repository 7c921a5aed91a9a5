#include "lib/re2/pattern.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "base/error.h"

using poller::re2::Pattern;

TEST_CASE("a pattern is found anywhere in a text") {
  const Pattern pattern("(?i)invoice +(\\d+)");
  CHECK(pattern.found_in("Your INVOICE  42 is due"));
  CHECK_FALSE(pattern.found_in("Your bill"));
  const auto groups = pattern.groups("Your invoice 42 is due");
  REQUIRE(groups.size() == 2);
  CHECK(groups[0] == "invoice 42");
  CHECK(groups[1] == "42");
  CHECK(pattern.groups("Your bill").empty());
}

TEST_CASE("a broken pattern names its fault") {
  try {
    const Pattern pattern("a(b");
    FAIL("accepted");
  } catch (const poller::Error& error) {
    CHECK(error.kind() == poller::ErrorKind::configuration);
    CHECK(std::string(error.what()) == "bad pattern \"a(b\": missing ): a(b");
    CHECK_FALSE(error.advice().empty());
  }
}

TEST_CASE("a pattern that would take too much memory is refused") {
  CHECK_THROWS_AS(Pattern("((((a{100}){100}){100}){100})"), poller::Error);
  CHECK_THROWS_AS(Pattern("(?i)\\p{L}{1,1000}x"), poller::Error);
}

TEST_CASE("counted Unicode classes have room for the fast automaton") {
  std::string text;
  unsigned letter = 1;
  while (text.size() < 1'000'000) {
    letter = letter * 1103515245U + 12345U;
    text += (letter >> 16U) % 7 == 0 ? ' ' : static_cast<char>('a' + (letter >> 20U) % 26);
  }
  const Pattern pattern(
      "(?i)\\p{L}{5,40}\xc3\x9f"
      "7");
  CHECK_FALSE(pattern.found_in(text));  // the automaton is made while it runs
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(pattern.found_in(text));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(150));
}

TEST_CASE("hostile patterns and texts take linear time") {
  const std::string text(1'000'000, 'a');
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(Pattern("(a+)+$b").found_in(text));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}
