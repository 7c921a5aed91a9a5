#include "cli/stop_signal.h"

#include <signal.h>
#include <unistd.h>

#include <ctime>

#include "base/log.h"

namespace poller::cli {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

StopSignal::StopSignal() {
  const sigset_t set = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  waiter_ = std::jthread([this](const std::stop_token& end) {
    const sigset_t waited = stop_signals();
    const timespec tick{0, 200'000'000};
    while (!end.stop_requested()) {
      const int signal = ::sigtimedwait(&waited, nullptr, &tick);
      if (signal <= 0) continue;
      if (source_.stop_requested()) ::_exit(128 + signal);  // asked twice: at once; what is committed is safe
      log::warning("stopping: the mails in hand are finished first");
      source_.request_stop();
    }
  });
}

StopSignal::~StopSignal() {
  waiter_.request_stop();
  waiter_.join();
  const sigset_t set = stop_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace poller::cli
