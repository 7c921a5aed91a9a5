// Killed at every step, resumed, compared with the unbroken run. POLLER_CRASH_FULL=1 makes it the full sweep; in it
// every seventh call fails, with POLLER_CRASH_EVERY_CALL=1 every one.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "mail_world.h"
#include "sending.h"
#include "worlds.h"

using namespace poller::crash;  // NOLINT(google-build-using-namespace): the laboratory these tests live in

namespace {

bool full() { return std::getenv("POLLER_CRASH_FULL") != nullptr; }

void report(const char* blow, const Sweep& sweep) {
  std::printf("%-12s %-24s effects %4ld  tries %4ld  failures %zu\n", blow, sweep.scenario.c_str(), sweep.effects,
              sweep.tries, sweep.failures.size());
  std::fflush(stdout);
  for (const auto& failure : sweep.failures) CHECK_MESSAGE(failure.empty(), sweep.scenario, ", ", blow, ", ", failure);
}

// Worlds live in memory where there is room: a killed process loses nothing that it had written, and a power loss is
// enacted by the library in between, so that a disk would only add its waiting.
void live_in_memory() {
  constexpr std::uintmax_t kRoom = std::uintmax_t{4} << 30;
  std::error_code failed;
  const auto space = std::filesystem::space("/dev/shm", failed);
  if (!failed && space.available >= kRoom) ::setenv("TMPDIR", "/dev/shm", 0);
}

// Only scenarios whose name holds POLLER_CRASH_ONLY, where that is set.
std::vector<Scenario> wanted_scenarios() {
  live_in_memory();
  (void)shared_dovecot();  // from this thread, which stays
  const char* only = std::getenv("POLLER_CRASH_ONLY");
  std::vector<Scenario> wanted;
  auto all = all_scenarios();
  for (auto& scenario : sending_scenarios()) all.push_back(std::move(scenario));
  for (auto& scenario : all) {
    if (full()) scenario.thin = 1;
    if (only == nullptr || scenario.name.find(only) != std::string::npos) wanted.push_back(std::move(scenario));
  }
  return wanted;
}

}  // namespace

TEST_CASE("killed at every effect, nothing is lost and nothing is there twice") {
  for (const auto& scenario : wanted_scenarios()) {
    const auto done = sweep(scenario, {Blow::kill, scenario.thin, full() ? 1 : 3, false});
    report("kill", done);
    CHECK(done.tries > 5);
  }
}

TEST_CASE("the power goes at every effect, and what was settled is here") {
  for (const auto& scenario : wanted_scenarios()) {
    const auto done = sweep(scenario, {Blow::power_loss, full() ? 1 : 4 * scenario.thin, 1, false});
    report("power loss", done);
    CHECK(done.tries > 2);
  }
}

TEST_CASE("killed again while it resumes") {
  for (const auto& scenario : wanted_scenarios()) {
    const auto done = sweep(scenario, {Blow::kill, full() ? 1 : 9 * scenario.thin, 1, true});
    report("killed twice", done);
    CHECK(done.tries > 0);
  }
}

TEST_CASE("the n-th read, write, sync, open or rename fails") {
  // Some 380 calls a scenario, each failing once and for ever: all of them take hours.
  const long in_full = std::getenv("POLLER_CRASH_EVERY_CALL") != nullptr ? 1 : 7;
  for (const auto& scenario : wanted_scenarios()) {
    const auto done = sweep_failures(scenario, full() ? in_full : 41 * scenario.thin, full() ? 1 : 3);
    report("i/o error", done);
    CHECK(done.strikes >= 3);  // at the least a write, a sync and an open
  }
}
