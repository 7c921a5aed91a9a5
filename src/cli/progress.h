// A progress bar on standard error, on a terminal only; log lines pass above it.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "base/log.h"
#include "intake/pass.h"

namespace poller::cli {

class ProgressBar final : public log::Interlude {
 public:
  explicit ProgressBar(std::string title);
  ~ProgressBar() override;
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void update(const PassProgress& progress);
  void hide() override;
  void show() override;

 private:
  std::string title_;
  std::string line_;
  std::chrono::steady_clock::time_point drawn_{};
  bool terminal_;
};

}  // namespace poller::cli
