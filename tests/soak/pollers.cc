#include "pollers.h"

#include <signal.h>

#include <thread>

namespace poller::soak {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kOrderlyEnd{60};
constexpr std::size_t kEndOfLog = 2000;

std::string end_of(const std::filesystem::path& log) {
  const std::string text = support::read_text(log);
  return text.size() <= kEndOfLog ? text : text.substr(text.size() - kEndOfLog);
}

bool wait_for_end(support::Child& child, milliseconds limit) {
  const auto until = steady_clock::now() + limit;
  while (child.running()) {
    if (steady_clock::now() > until) return false;
    std::this_thread::sleep_for(milliseconds(2));
  }
  return true;
}

}  // namespace

Pollers::Pollers(const Desk& desk, unsigned seed) : desk_(desk), random_(seed) {
  for (std::size_t i = 0; i < pollers_.size(); ++i) {
    pollers_[i].log = desk.home() / ("poller-" + std::to_string(i + 1) + ".log");
    start(pollers_[i]);
  }
}

void Pollers::start(Poller& poller) const {
  support::ProcessOptions options;
  options.folder = desk_.home();
  poller.child = std::make_unique<support::Child>(support::Arguments{program(), "run"}, poller.log, options);
}

void Pollers::kill(Poller& poller) {
  poller.child->signal(SIGKILL);
  wait_for_end(*poller.child, kOrderlyEnd);
  ++kills_;
}

void Pollers::kill() {
  const auto chosen = random_() % pollers_.size();
  kill(pollers_[chosen]);
  const bool both = random_() % 16 == 0;
  if (both) kill(pollers_[1 - chosen]);
  start(pollers_[chosen]);
  if (both) start(pollers_[1 - chosen]);
}

std::string Pollers::look() {
  for (auto& poller : pollers_) {
    if (poller.child->running()) continue;
    const std::string what = poller.log.filename().string() + " ended by itself:\n" + end_of(poller.log);
    start(poller);
    return what;
  }
  return {};
}

std::string Pollers::stop() {
  std::string wrong = look();
  for (auto& poller : pollers_) poller.child->signal(SIGTERM);
  for (auto& poller : pollers_)
    if (!wait_for_end(*poller.child, kOrderlyEnd)) wrong += poller.log.filename().string() + " did not end in 60 s\n";
  return wrong;
}

}  // namespace poller::soak
