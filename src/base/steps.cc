#include "base/steps.h"

#ifdef POLLER_CRASH_STEPS
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace poller {
namespace {

std::atomic<long> taken{0};

long stop_at() {
  static const long n = [] {
    const char* text = std::getenv("POLLER_STOP_AT");
    return text == nullptr ? 0L : std::atol(text);
  }();
  return n;
}

void write_count() {
  const char* path = std::getenv("POLLER_STEPS_FILE");
  if (path == nullptr) return;
  if (std::FILE* f = std::fopen(path, "w")) {
    std::fprintf(f, "%ld\n", taken.load());
    std::fclose(f);
  }
}

}  // namespace

void step(const char* name) {
  static const int registered = std::atexit(write_count);
  (void)registered;
  const long n = ++taken;
  if (std::getenv("POLLER_STEPS_TRACE") != nullptr) std::fprintf(stderr, "step %ld %s\n", n, name);
  if (n == stop_at()) ::kill(::getpid(), SIGKILL);
}

}  // namespace poller
#endif
