// Two pollers on one storage, a real Dovecot, mails as they come, kill -9 at random; at the end the mails are counted.
#include <fmt/format.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

#include "desk.h"
#include "pollers.h"

namespace poller::soak {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::minutes kStandstill{3};  // without a further mail at the end: it does not come
constexpr std::chrono::seconds kReports{30};
constexpr std::chrono::seconds kCaresEvery{7};

struct Options {
  double minutes = 1;
  long kills = -1;  // one a second
  long mails = -1;  // twenty a kill
  unsigned seed = std::random_device{}();
};

Options read_options(int count, char** arguments) {
  Options out;
  for (int i = 1; i < count; ++i) {
    const std::string name = arguments[i];
    if (name.rfind("--", 0) != 0) {
      out.minutes = std::stod(name);
      continue;
    }
    if (i + 1 == count) throw std::invalid_argument(name + " wants a number");
    const long value = std::stol(arguments[++i]);
    if (name == "--kills") {
      out.kills = value;
    } else if (name == "--mails") {
      out.mails = value;
    } else if (name == "--seed") {
      out.seed = static_cast<unsigned>(value);
    } else {
      throw std::invalid_argument("there is no " + name);
    }
  }
  if (!(out.minutes > 0)) throw std::invalid_argument("MINUTES is a number above 0");
  if (out.kills < 0) out.kills = std::lround(out.minutes * 60);
  if (out.mails < 0) out.mails = 20 * std::max(out.kills, 1L);
  return out;
}

/// What an operator does meanwhile: each of these commands must end well while both daemons work and die.
class Operator {
 public:
  explicit Operator(const Desk& desk) : desk_(desk), thread_([this] { work(); }) {}
  ~Operator() { stop(); }
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  void stop() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] long commands() const { return commands_; }
  [[nodiscard]] std::string wrong() const {
    const std::lock_guard lock(mutex_);
    return wrong_;
  }

 private:
  void work() {
    for (long n = 0; !over_; ++n) {
      std::filesystem::remove(desk_.home() / "copy.db");
      std::filesystem::remove(desk_.home() / "copy.db-raw");
      for (const auto& command : {support::Arguments{"db", "backup", "copy.db"}, {"db", "check"}, {"db", "vacuum"}}) {
        if (command[1] == "vacuum" && n % 5 != 0) continue;
        tried(command);
      }
      for (auto waited = milliseconds(0); waited < kCaresEvery && !over_; waited += milliseconds(50))
        std::this_thread::sleep_for(milliseconds(50));
    }
  }
  void tried(const support::Arguments& command) {
    const auto result = desk_.run(command);
    ++commands_;
    if (result.exit_code == 0 && result.err.empty()) return;
    const std::lock_guard lock(mutex_);
    wrong_ += fmt::format("poller db {}: exit code {}: {}{}\n", command[1], result.exit_code, result.out, result.err);
  }

  const Desk& desk_;
  std::atomic<bool> over_{false};
  std::atomic<long> commands_{0};
  mutable std::mutex mutex_;  // guards wrong_
  std::string wrong_;
  std::thread thread_;
};

class Soak {
 public:
  explicit Soak(const Options& options) : options_(options), pollers_(desk_, options.seed) {}

  bool run() {
    say(fmt::format("{} mails and {} kills in {:g} minutes, seed {}, in {}", options_.mails, options_.kills,
                    options_.minutes, options_.seed, desk_.home().string()));
    if (!first_start()) return report();
    {
      Operator person(desk_);
      storm();
      person.stop();
      commands_ = person.commands();
      wrong_ += person.wrong();
    }
    calm();
    wrong_ += pollers_.stop();
    last_pass();
    return report();
  }

 private:
  // The storage is there: from now on anybody may be killed.
  bool first_start() {
    const auto until = steady_clock::now() + kStandstill;
    while (!std::filesystem::exists(desk_.home() / "var/poller.db") || desk_.run({"status"}).exit_code != 0) {
      if (steady_clock::now() > until || !(wrong_ += pollers_.look()).empty()) {
        wrong_ += "the pollers do not start\n";
        return false;
      }
      std::this_thread::sleep_for(milliseconds(50));
    }
    return true;
  }

  void storm() {
    std::mt19937 random(options_.seed + 1);
    std::uniform_real_distribution<double> in_its_turn(0, 1);
    const double length = options_.minutes * 60;
    const auto start = steady_clock::now();
    double next_kill = options_.kills > 0 ? in_its_turn(random) * length / static_cast<double>(options_.kills) : length;
    for (double now = 0; now < length || pollers_.kills() < options_.kills; now = seconds_since(start)) {
      const double due = std::min(1.0, now / length) * static_cast<double>(options_.mails);
      desk_.deliver(static_cast<long>(due) - desk_.delivered());
      if (now >= next_kill && pollers_.kills() < options_.kills) {
        pollers_.kill();
        const auto turn = static_cast<double>(pollers_.kills()) + in_its_turn(random);
        next_kill = turn * length / static_cast<double>(options_.kills);
      }
      wrong_ += pollers_.look();
      progress();
      std::this_thread::sleep_for(milliseconds(5));
    }
    desk_.deliver(options_.mails - desk_.delivered());
  }

  // Nobody is killed any more: everything must come in.
  void calm() {
    long before = -1;
    auto last = steady_clock::now();
    for (Findings found = desk_.look(); !found.complete(); found = desk_.look()) {
      const long done = found.messages - found.unsettled;
      if (done != before) last = steady_clock::now();
      before = done;
      if (steady_clock::now() - last > kStandstill) return;
      wrong_ += pollers_.look();
      progress();
      std::this_thread::sleep_for(milliseconds(500));
    }
  }

  // Once more by hand: nothing may come in again, and the storage must be sound.
  void last_pass() {
    for (const auto& command : {support::Arguments{"--once"}, {"db", "check"}}) {
      const auto result = desk_.run(command);
      if (result.exit_code != 0)
        wrong_ += fmt::format("poller {} at the end: exit code {}: {}{}\n", command.back(), result.exit_code,
                              result.out, result.err);
    }
  }

  bool report() {
    const auto found = desk_.look();
    say(fmt::format("{} mails delivered, {} messages; {} kills, {} commands of an operator", found.delivered,
                    found.messages, pollers_.kills(), commands_));
    fmt::print(
        "{} lost, {} doubled, {} in quarantine, {} answers apart from their question, {} not settled on the server\n",
        found.lost, found.doubled, found.quarantined, found.torn, found.unsettled);
    if (!wrong_.empty()) fmt::print("what else went wrong:\n{}", wrong_);
    return found.good() && wrong_.empty();
  }

  void progress() {
    if (steady_clock::now() - reported_ < kReports) return;
    reported_ = steady_clock::now();
    const auto found = desk_.look();
    say(fmt::format("{} delivered, {} stored, {} kills", found.delivered, found.messages, pollers_.kills()));
  }

  static double seconds_since(steady_clock::time_point start) {
    return duration<double>(steady_clock::now() - start).count();
  }
  void say(const std::string& text) const {
    fmt::print("[{:5.0f} s] {}\n", seconds_since(started_), text);
    std::fflush(stdout);
  }

  Options options_;
  steady_clock::time_point started_ = steady_clock::now();
  steady_clock::time_point reported_ = started_;
  Desk desk_;
  Pollers pollers_;
  long commands_ = 0;
  std::string wrong_;
};

}  // namespace
}  // namespace poller::soak

int main(int count, char** arguments) {
  try {
    return poller::soak::Soak(poller::soak::read_options(count, arguments)).run() ? 0 : 1;
  } catch (const std::invalid_argument& error) {
    fmt::print(stderr, "{}\nusage: soak MINUTES [--kills N] [--mails N] [--seed N]\n", error.what());
    return 64;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 70;
  }
}
