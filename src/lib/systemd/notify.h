// What the service manager is told (sd_notify(3)). Without one, nothing happens.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace poller::systemd {

void ready();
void reloading();
void stopping();
void status(const std::string& line);
/// "I have made progress": due more often than watchdog_interval().
void watchdog();
/// Nothing when the service manager does not watch (no WatchdogSec=).
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace poller::systemd
