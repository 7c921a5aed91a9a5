// A secret cannot be printed, and leaves no bytes behind.
#include "base/secret.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <type_traits>

namespace poller {
namespace {

template <class T, class = void>
struct IsStreamable : std::false_type {};
template <class T>
struct IsStreamable<T, std::void_t<decltype(std::declval<std::ostringstream&>() << std::declval<const T&>())>>
    : std::true_type {};

static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!fmt::is_formattable<Secret>::value);
static_assert(IsStreamable<std::string>::value && !IsStreamable<Secret>::value);

bool all_zero(const char* bytes, std::size_t count) {
  return std::all_of(bytes, bytes + count, [](char c) { return c == 0; });
}

}  // namespace

TEST_CASE("a wiped string is empty, and its memory too, whatever its length") {
  for (const std::size_t length : {std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{5000}}) {
    std::string value(length, 's');
    const char* const bytes = value.data();
    Secret::wipe(value);
    CHECK(value.empty());
    CHECK(value.data() == bytes);
    CHECK(all_zero(bytes, length));
  }
}

TEST_CASE("a secret that was moved from holds nothing any more") {
  Secret from(std::string("short"));
  const Secret to(std::move(from));
  CHECK(to.reveal() == "short");
  CHECK(from.empty());  // NOLINT(bugprone-use-after-move): that is the point
  Secret target(std::string(100, 'x'));
  Secret source(std::string("another"));
  target = std::move(source);
  CHECK(target.reveal() == "another");
  CHECK(source.empty());  // NOLINT(bugprone-use-after-move)
  const Secret copy = target;
  target = copy;
  CHECK(target.reveal() == copy.reveal());
}

}  // namespace poller
