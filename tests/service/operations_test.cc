// The brake before the disk is full.
#include "service/operations.h"

#include <doctest/doctest.h>

#include "tests/support/temp_dir.h"

using namespace poller;  // NOLINT(google-build-using-namespace): the room under test

TEST_CASE("with too little room on the disk nothing is fetched, and readiness says so") {
  const support::TempDir folder("operations");
  config::Config config;
  config.sqlite_path = folder / "store.db";
  const auto open_store = [&] { return open_sqlite_store(config.sqlite_path.string()); };
  Metrics metrics;
  for (const bool low : {true, false}) {
    Operations operations(config, metrics, open_store, low ? UINT64_MAX / 2 : 1);
    SchedulerHooks hooks;
    operations.observe(hooks);
    CHECK(hooks.may_fetch() == !low);
    CHECK(hooks.may_fetch() == !low);  // within the same seconds
  }
  CHECK(metrics.text().find("poller_storage_errors_total{kind=\"low\"} 1\n") != std::string::npos);
}
