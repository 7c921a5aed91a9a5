#include "lib/systemd/notify.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <cstdlib>
#include <ctime>

#include "base/shared_library.h"

namespace poller::systemd {
namespace {

struct Library {
  Library() {
    const SharedLibrary file(POLLER_SYSTEMD_SONAME, POLLER_SYSTEMD_PACKAGE);
    file.find(sd_notify, "sd_notify");
    file.find(sd_watchdog_enabled, "sd_watchdog_enabled");
  }

  decltype(&::sd_notify) sd_notify;
  decltype(&::sd_watchdog_enabled) sd_watchdog_enabled;
};

const Library& library() {
  static const Library loaded;
  return loaded;
}

// Where nobody listens, nothing needs to be loaded.
void tell(const char* what) {
  if (std::getenv("NOTIFY_SOCKET") != nullptr) library().sd_notify(0, what);
}

}  // namespace

void ready() { tell("READY=1"); }

void reloading() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000L + now.tv_nsec / 1000).c_str());
}

void stopping() { tell("STOPPING=1"); }

void status(const std::string& line) { tell(("STATUS=" + line).c_str()); }

void watchdog() { tell("WATCHDOG=1"); }

std::optional<std::chrono::microseconds> watchdog_interval() {
  if (std::getenv("WATCHDOG_USEC") == nullptr) return std::nullopt;
  std::uint64_t microseconds = 0;
  if (library().sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
  return std::chrono::microseconds(microseconds);
}

}  // namespace poller::systemd
