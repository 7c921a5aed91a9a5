#include "lib/systemd/notify.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <ctime>

namespace poller::systemd {

void ready() { ::sd_notify(0, "READY=1"); }

void reloading() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  ::sd_notify(0, fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000L + now.tv_nsec / 1000).c_str());
}

void stopping() { ::sd_notify(0, "STOPPING=1"); }

void status(const std::string& line) { ::sd_notify(0, ("STATUS=" + line).c_str()); }

void watchdog() { ::sd_notify(0, "WATCHDOG=1"); }

std::optional<std::chrono::microseconds> watchdog_interval() {
  std::uint64_t microseconds = 0;
  if (::sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return std::chrono::microseconds(microseconds);
}

bool is_running() { return ::sd_booted() > 0; }

}  // namespace poller::systemd
