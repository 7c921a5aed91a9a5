// `poller run` in a home, for as long as a test needs it.
#pragma once

#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "../support/process.h"
#include "home.h"

namespace poller::e2e {

constexpr const char* kIncomingCount = "SELECT count(*) FROM message_v1 WHERE direction = 'in'";

/// Waits until `condition` holds; false when it does not in time.
inline bool eventually(const std::function<bool()>& condition,
                       std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

class Daemon {
 public:
  explicit Daemon(const Home& home, support::Arguments more = {}, const char* log = "daemon.log")
      : log_(home.path() / log), child_(arguments(std::move(more)), log_, options(home)) {}

  [[nodiscard]] std::string log() const { return support::read_text(log_); }
  [[nodiscard]] bool says(const std::string& text) const { return log().find(text) != std::string::npos; }
  void signal(int number) const { child_.signal(number); }
  [[nodiscard]] bool running() { return child_.running(); }
  [[nodiscard]] pid_t pid() const { return child_.pid(); }
  /// SIGTERM; the seconds it took to end, or the limit.
  double end(std::chrono::seconds limit = std::chrono::seconds(60)) {
    const auto start = std::chrono::steady_clock::now();
    child_.signal(SIGTERM);
    eventually([this] { return !child_.running(); }, limit);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

 private:
  static support::Arguments arguments(support::Arguments more) {
    support::Arguments all{POLLER_BINARY, "--log-level", "debug"};
    all.insert(all.end(), more.begin(), more.end());
    all.emplace_back("run");
    return all;
  }
  static support::ProcessOptions options(const Home& home) {
    support::ProcessOptions out;
    out.folder = home.path();
    return out;
  }

  std::filesystem::path log_;
  support::Child child_;
};

}  // namespace poller::e2e
