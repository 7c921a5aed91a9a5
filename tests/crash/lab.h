// Killing poller at each of its effects, and looking at what is there afterwards.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../support/process.h"

namespace poller::crash {

/// One installation of poller with the servers' side of it, made anew for each try.
class World {
 public:
  virtual ~World() = default;
  World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Runs the commands that are tried, each with this added to its environment, until one of them is killed.
  virtual support::RunResult act(const support::Environment& environment) = 0;
  /// What an operator does after a crash: starts it again. Must end well.
  virtual support::RunResult resume() { return act({}); }
  /// The folder whose files count.
  [[nodiscard]] virtual std::filesystem::path folder() const = 0;
  /// Everything that counts, here and on the servers, without what differs from run to run (times, numbers).
  [[nodiscard]] virtual nlohmann::json state() = 0;
};

struct Scenario {
  std::string name;
  std::function<std::unique_ptr<World>()> make;
  long thin = 1;  // but in the full sweep only every so many of the effects are tried
};

/// What is done to the program at one of its effects.
enum class Blow {
  kill,        // SIGKILL just before it
  power_loss,  // and what no sync had made durable is undone
};

struct Sweep {
  std::string scenario;
  long effects = 0;  // of the unbroken run
  long tries = 0;    // runs that were killed
  long strikes = 0;  // runs in which a call was made to fail
  std::vector<std::string> failures;
};

struct SweepOptions {
  Blow blow = Blow::kill;
  long every = 1;            // tries effect 1, 1 + every, 1 + 2 every, …
  long once_more = 1;        // after every so many effects a further run is made, which must change nothing
  bool second_kill = false;  // the resumed run is killed too, at an effect chosen by the first one's number
};

/// Runs the scenario unbroken, then once for each effect: stopped there, resumed, compared.
Sweep sweep(const Scenario& scenario, const SweepOptions& options);

/// The n-th call of each kind fails once and from then on, as long as there is an n-th call; afterwards the run is
/// resumed and compared, and after every so many tries once more, which must change nothing. The failing run itself
/// must end by one of the contract's exit codes, never by a signal.
Sweep sweep_failures(const Scenario& scenario, long every, long once_more);

}  // namespace poller::crash
