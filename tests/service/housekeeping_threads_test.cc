// The thread beside the passes: what it looks at without being asked.
#include "service/housekeeping.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/support/temp_dir.h"

using namespace poller;  // NOLINT(google-build-using-namespace): the room under test
using namespace std::chrono_literals;

TEST_CASE("a mailbox whose app nobody has signed in to is in the metrics before its first pass, the others are not") {
  const support::TempDir dir("housekeeping");
  config::Config config;
  config.sqlite_path = dir / "poller.db";
  config.vault_path = dir / "tokens";
  config.vault_key.source = config::SecretSource::literal;
  config.vault_key.literal = Secret("a key");
  for (const char* name : {"support", "billing"}) {
    auto& mailbox = config.mailboxes.emplace_back();
    mailbox.name = name;
    mailbox.address = mailbox.name + "@contoso.com";
  }
  config.mailboxes[0].preset = config::Preset::microsoft365;
  config.mailboxes[1].auth = config::Auth::password;
  oauth::TokenSources tokens(config);
  Metrics metrics;
  metrics.declare(config);
  const auto says = [&](const std::string& line) { return metrics.text().find(line + "\n") != std::string::npos; };
  REQUIRE(says("poller_sign_in_needed{mailbox=\"support\"} 0"));
  std::atomic<int> days{0};
  {
    const Housekeeping housekeeping(config, tokens, metrics, [&] { ++days; });
    for (int i = 0; i < 200 && !says("poller_sign_in_needed{mailbox=\"support\"} 1"); ++i) {
      std::this_thread::sleep_for(50ms);
    }
  }
  CHECK(says("poller_sign_in_needed{mailbox=\"support\"} 1"));
  CHECK(says("poller_sign_in_needed{mailbox=\"billing\"} 0"));
  CHECK(days == 0);  // the storage's care waits for a calmer minute
}
