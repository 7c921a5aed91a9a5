// Killed at every step, resumed, compared with the unbroken run. POLLER_CRASH_FULL=1 makes it the full sweep.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>

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

// Only scenarios whose name holds POLLER_CRASH_ONLY, where that is set.
std::vector<Scenario> wanted_scenarios() {
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
    const auto done = sweep(scenario, {Blow::kill, scenario.thin, false});
    report("kill", done);
    CHECK(done.tries > 5);
  }
}

TEST_CASE("the power goes at every effect, and what was settled is here") {
  for (const auto& scenario : wanted_scenarios()) {
    const auto done = sweep(scenario, {Blow::power_loss, full() ? 1 : 4 * scenario.thin, false});
    report("power loss", done);
    CHECK(done.tries > 2);
  }
}

TEST_CASE("killed again while it resumes") {
  for (const auto& scenario : wanted_scenarios()) {
    const auto done = sweep(scenario, {Blow::kill, full() ? 1 : 9 * scenario.thin, true});
    report("killed twice", done);
    CHECK(done.tries > 0);
  }
}

TEST_CASE("the n-th read, write, sync, open or rename fails") {
  for (const auto& scenario : wanted_scenarios()) {
    const auto done = sweep_failures(scenario, full() ? 1 : 41 * scenario.thin);
    report("i/o error", done);
    CHECK(done.strikes >= 3);  // at the least a write, a sync and an open
  }
}
