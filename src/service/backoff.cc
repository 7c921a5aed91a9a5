#include "service/backoff.h"

#include <algorithm>
#include <random>

namespace poller {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr minutes kLongestOnTheWay{10};
constexpr minutes kLongestForAPerson{60};
constexpr minutes kRefusedSignIn{5};

milliseconds doubled(milliseconds from, int failures, milliseconds longest) {
  return std::min(from * (1 << std::clamp(failures - 1, 0, 12)), std::max(longest, from));
}

}  // namespace

milliseconds with_jitter(milliseconds time) {
  thread_local std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<milliseconds::rep> spread(-time.count() / 10, time.count() / 10);
  return time + milliseconds(spread(random));
}

milliseconds rest_after(const Error& error, int failures, milliseconds interval, bool reached) {
  if (error.retry_after() && error.retry_after()->count() > 0) {
    const milliseconds asked = *error.retry_after();
    return asked + (with_jitter(asked) - asked + asked / 10) / 2;  // up to a tenth longer, never shorter
  }
  switch (error.kind()) {
    case ErrorKind::sign_in:
      return with_jitter(reached ? doubled(kRefusedSignIn, failures, kLongestForAPerson) : kRefusedSignIn);
    case ErrorKind::configuration:
    case ErrorKind::permanent:
      return with_jitter(doubled(interval, failures, kLongestForAPerson));
    default:
      return with_jitter(doubled(interval, failures, kLongestOnTheWay));
  }
}

}  // namespace poller
