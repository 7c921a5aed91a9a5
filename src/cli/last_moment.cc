#include "cli/last_moment.h"

#include <unistd.h>

#include <condition_variable>
#include <mutex>

#include "base/exit_code.h"
#include "base/log.h"

namespace poller::cli {
namespace {

constexpr std::chrono::seconds kLastMoment{50};  // then the process ends; what is committed is safe

}  // namespace

LastMoment::LastMoment(const std::stop_token& stop) {
  thread_ = std::jthread([stop](const std::stop_token& over) {
    std::mutex mutex;
    std::condition_variable_any wake;
    const std::stop_callback ended(over, [&] {  // it ended without a signal
      const std::lock_guard lock(mutex);
      wake.notify_all();
    });
    std::unique_lock lock(mutex);
    wake.wait(lock, stop, [&over] { return over.stop_requested(); });
    if (over.stop_requested()) return;
    wake.wait_for(lock, over, kLastMoment, [] { return false; });
    if (over.stop_requested()) return;
    log::error("something does not end: leaving it");
    ::_exit(static_cast<int>(ExitCode::temporary));
  });
}

}  // namespace poller::cli
