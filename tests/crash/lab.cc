#include "lab.h"

#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "../support/temp_dir.h"

namespace poller::crash {
namespace {

constexpr int kWorkers = 4;  // a try waits for its servers half of its time
constexpr int kKilled = 128 + 9;
constexpr long kTooMany = 5000;  // effects of one run: more is a loop

support::Environment counted(const World& world) {
  return {{"LD_PRELOAD", POLLER_EFFECTS_LIBRARY},
          {"POLLER_EFFECTS_FOLDER", world.folder().string()},
          {"POLLER_EFFECTS_COUNT", (world.folder() / ".effects").string()}};
}

// The program may be started several times in one act(): each writes its count, and whether a call was made to fail.
std::string text_of_count(const World& world) {
  const auto file = world.folder() / ".effects";
  return std::filesystem::exists(file) ? support::read_text(file) : std::string();
}

long count_of(const World& world) {
  const std::string text = text_of_count(world);
  long longest = 0;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    longest = std::max(longest, std::stol(text.substr(at)));
  return longest;
}

std::string difference(const nlohmann::json& wanted, const nlohmann::json& found) {
  return nlohmann::json::diff(wanted, found).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string ended(const support::RunResult& result) {
  return fmt::format("exit {}{}: {}", result.exit_code, result.timed_out ? " (time over)" : "", result.err);
}

// Resumes and compares; runs once more if asked to, which must change nothing. Empty when all is as it should be.
std::string judge(World& world, const nlohmann::json& wanted, bool once_more) {
  const auto resumed = world.resume();
  if (resumed.exit_code != 0) return "resumed: " + ended(resumed);
  const auto found = world.state();
  if (found != wanted) return "differs: " + difference(wanted, found);
  if (!once_more) return {};
  const auto again = world.resume();
  if (again.exit_code != 0) return "once more: " + ended(again);
  const auto after = world.state();
  return after == wanted ? std::string() : "not idempotent: " + difference(wanted, after);
}

// Hands out numbers to workers until one of them says it is enough.
class Numbers {
 public:
  explicit Numbers(long every) : every_(every) {}
  long next() { return 1 + every_ * taken_++; }
  void enough() { over_ = true; }
  [[nodiscard]] bool over() const { return over_; }

 private:
  long every_;
  std::atomic<long> taken_{0};
  std::atomic<bool> over_{false};
};

void in_parallel(const std::function<void()>& work) {
  std::vector<std::thread> workers;
  for (int i = 0; i < kWorkers; ++i) workers.emplace_back(work);
  for (auto& worker : workers) worker.join();
}

// One try at effect n; false when the run came to its end before.
bool try_kill(const Scenario& scenario, const SweepOptions& options, const nlohmann::json& wanted, long n,
              std::string& failure) {
  const auto world = scenario.make();
  auto environment = counted(*world);
  environment["POLLER_STOP_AT"] = std::to_string(n);
  if (options.blow == Blow::power_loss) environment["POLLER_POWER_LOSS"] = "1";
  const auto result = world->act(environment);
  if (result.exit_code != kKilled) {
    if (result.exit_code != 0) failure = ended(result);
    return false;
  }
  if (options.second_kill) {
    environment["POLLER_STOP_AT"] = std::to_string(1 + n * 7 % 23);
    (void)world->act(environment);
  }
  failure = judge(*world, wanted, n % options.once_more == 0);
  return true;
}

struct Failing {
  const char* kind;
  const char* how;
};

// One run whose n-th call fails; false when it did not come to that call, and was an unbroken one.
bool try_failing(const Scenario& scenario, const Failing& failing, const nlohmann::json& wanted, long n, bool once_more,
                 std::string& failure) {
  try {
    const auto world = scenario.make();
    auto environment = counted(*world);
    const int number = std::string_view(failing.kind) == "write" && n % 2 == 0 ? 28 : 5;  // ENOSPC, EIO
    environment["POLLER_FAIL"] = fmt::format("{} {} {} {}", failing.kind, n, number, failing.how);
    const auto result = world->act(environment);
    const bool struck = text_of_count(*world).find("struck") != std::string::npos;
    if (result.exit_code >= 128 || (!struck && result.exit_code != 0)) {
      failure = "the failing run: " + ended(result);
    } else if (struck) {
      failure = judge(*world, wanted, once_more);
    }
    return struck;
  } catch (const std::exception& error) {
    failure = error.what();
    return false;
  }
}

}  // namespace

Sweep sweep(const Scenario& scenario, const SweepOptions& options) {
  Sweep out{scenario.name, 0, 0, 0, {}};
  const auto model = scenario.make();
  const auto unbroken = model->act(counted(*model));
  if (unbroken.exit_code != 0) {
    out.failures.push_back("unbroken: " + ended(unbroken));
    return out;
  }
  out.effects = count_of(*model);
  const auto wanted = model->state();
  if (const auto failure = judge(*model, wanted, true); !failure.empty())
    out.failures.push_back("unbroken, " + failure);

  Numbers numbers(options.every);
  std::mutex mutex;
  in_parallel([&] {
    while (!numbers.over()) {
      const long n = numbers.next();
      std::string failure;
      bool killed = false;
      try {
        killed = n < kTooMany && try_kill(scenario, options, wanted, n, failure);
      } catch (const std::exception& error) {
        failure = error.what();
      }
      if (!killed) numbers.enough();
      const std::lock_guard lock(mutex);
      if (killed) ++out.tries;
      if (!failure.empty()) out.failures.push_back(fmt::format("effect {}: {}", n, failure));
    }
  });
  return out;
}

Sweep sweep_failures(const Scenario& scenario, long every, long once_more) {
  Sweep out{scenario.name, 0, 0, 0, {}};
  const auto model = scenario.make();
  if (const auto unbroken = model->act({}); unbroken.exit_code != 0) {
    out.failures.push_back("unbroken: " + ended(unbroken));
    return out;
  }
  const auto wanted = model->state();
  // A worker takes a kind of call: most runs have few of each, and a run beyond the last call proves nothing.
  std::vector<Failing> all;
  for (const char* kind : {"read", "write", "sync", "open", "rename"})
    for (const char* how : {"once", "on"})
      if (scenario.thin == 1 || std::string_view(how) == "on") all.push_back({kind, how});
  std::atomic<std::size_t> taken{0};
  std::mutex mutex;
  in_parallel([&] {
    for (std::size_t i = taken++; i < all.size(); i = taken++) {
      bool over = false;
      auto tries = static_cast<long>(i);  // each kind of call begins at another one
      for (long n = 1; !over; n += every) {
        std::string failure;
        const bool struck = try_failing(scenario, all[i], wanted, n, tries++ % once_more == 0, failure);
        over = !struck || n >= kTooMany;
        const std::lock_guard lock(mutex);
        ++out.tries;
        if (struck) ++out.strikes;
        if (!failure.empty())
          out.failures.push_back(fmt::format("{} {} fails {}: {}", all[i].kind, n, all[i].how, failure));
      }
    }
  });
  return out;
}

}  // namespace poller::crash
