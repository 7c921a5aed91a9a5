#include "cli/advice.h"

#include <fmt/format.h>

#include "base/clock.h"

namespace poller::cli {

std::string advice_of(const Error& error) {
  std::string out = error.advice();
  if (!error.retry_after() || error.retry_after()->count() == 0) return out;
  const auto wait = std::chrono::ceil<std::chrono::seconds>(*error.retry_after()).count();
  if (!out.empty()) out += " ";
  return out +
         fmt::format("The server asks to wait for {} s, until {}.", wait, rfc3339(system_clock().unix_now() + wait));
}

}  // namespace poller::cli
