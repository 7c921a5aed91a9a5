// Two daemons on one storage, killed at random and started again.
#pragma once

#include <array>
#include <memory>
#include <random>
#include <string>

#include "desk.h"

namespace poller::soak {

class Pollers {
 public:
  Pollers(const Desk& desk, unsigned seed);

  /// kill -9 to one of them, now and then to both, and starts what was killed again.
  void kill();
  [[nodiscard]] long kills() const { return kills_; }
  /// One that ended though nobody killed it, with the end of its log; empty when both run. It is started again.
  std::string look();
  /// SIGTERM to both; what went wrong.
  std::string stop();

 private:
  struct Poller {
    std::filesystem::path log;
    std::unique_ptr<support::Child> child;
  };
  void start(Poller& poller) const;
  void kill(Poller& poller);

  const Desk& desk_;
  std::mt19937 random_;
  std::array<Poller, 2> pollers_;
  long kills_ = 0;
};

}  // namespace poller::soak
