#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "cli/views.h"

namespace poller::cli {

ProgressBar::ProgressBar(std::string title) : title_(std::move(title)), terminal_(::isatty(STDERR_FILENO) == 1) {
  if (terminal_) log::set_interlude(this);
}

ProgressBar::~ProgressBar() {
  if (!terminal_) return;
  log::set_interlude(nullptr);
  hide();
}

void ProgressBar::update(const PassProgress& p) {
  using namespace std::chrono_literals;
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - drawn_ < 100ms) return;
  drawn_ = now;
  if (p.total != 0) {
    const std::uint64_t filled = p.done * 30 / p.total;
    line_ = fmt::format("{} [{}{}] {}/{} {}", title_, std::string(filled, '#'), std::string(30 - filled, '.'), p.done,
                        p.total, human_size(p.bytes));
  } else {
    line_ = fmt::format("{} {} mails, {}", title_, p.done, human_size(p.bytes));
  }
  show();
}

void ProgressBar::hide() {
  if (!line_.empty()) std::fputs("\r\033[K", stderr);
}

void ProgressBar::show() {
  if (!line_.empty()) std::fprintf(stderr, "\r\033[K%s", line_.c_str());
}

}  // namespace poller::cli
