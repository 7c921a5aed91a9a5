#include "cli/stop_signal.h"

#include <signal.h>
#include <unistd.h>

#include "base/log.h"

namespace poller::cli {
namespace {

// Makes the waiting thread look whether it is to end.
const int kWake = SIGRTMIN;

sigset_t taken_signals(bool hangup) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, kWake);
  if (hangup) sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

StopSignal::StopSignal(std::function<void()> on_hangup) : on_hangup_(std::move(on_hangup)) {
  const sigset_t set = taken_signals(on_hangup_ != nullptr);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  waiter_ = std::jthread([this](const std::stop_token& end) {
    const sigset_t waited = taken_signals(on_hangup_ != nullptr);
    while (!end.stop_requested()) {
      const int signal = ::sigwaitinfo(&waited, nullptr);
      if (signal < 0 || signal == kWake) continue;
      if (signal == SIGHUP) {
        on_hangup_();
        continue;
      }
      if (source_.stop_requested()) ::_exit(128 + signal);  // asked twice: at once; what is committed is safe
      log::warning("stopping: the mails in hand are finished first");
      source_.request_stop();
    }
  });
}

StopSignal::~StopSignal() {
  waiter_.request_stop();
  ::pthread_kill(waiter_.native_handle(), kWake);
  waiter_.join();
  const sigset_t set = taken_signals(on_hangup_ != nullptr);
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace poller::cli
