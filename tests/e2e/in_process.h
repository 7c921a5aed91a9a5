// A home's mailbox polled within the test's own process: thousands of passes in the time of a few hundred programs.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "cli/sessions.h"
#include "config/config.h"
#include "home.h"
#include "storage/store.h"

namespace poller::e2e {

class InProcess {
 public:
  explicit InProcess(const Home& home);

  /// One pass over the only mailbox with these deadlines for everything (none: the usual ones), as `--once` makes it.
  /// What went wrong, or nothing.
  std::optional<Error> pass(std::optional<std::chrono::milliseconds> deadline = std::nullopt);

 private:
  config::Config config_;
  std::unique_ptr<Store> store_;
};

}  // namespace poller::e2e
