// The signals that end a command, as a stop token.
#include "cli/stop_signal.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <thread>

using namespace std::chrono_literals;
using poller::cli::StopSignal;

TEST_CASE("a command's end does not wait for the thread that waits for signals") {
  constexpr int kTimes = 20;
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < kTimes; ++i) {
    const StopSignal signal;
    std::this_thread::sleep_for(10ms);  // it waits by now
  }
  CHECK(std::chrono::steady_clock::now() - begun < kTimes * 100ms);
}

TEST_CASE("a signal of nobody's business ends neither the process nor the wait for those that matter") {
  const StopSignal signal;
  ::kill(::getpid(), SIGRTMIN);
  ::kill(::getpid(), SIGTERM);
  for (int i = 0; i < 1000 && !signal.token().stop_requested(); ++i) std::this_thread::sleep_for(10ms);
  CHECK(signal.token().stop_requested());
}
