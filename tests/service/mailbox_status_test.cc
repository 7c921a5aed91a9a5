// What is kept of a mailbox's last pass, and what becomes of it where the storage fails.
#include "service/mailbox_status.h"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

using namespace poller;  // NOLINT(google-build-using-namespace): the room under test

namespace {

constexpr UnixTime kThen = 1'800'000'000;

config::Mailbox support_mailbox() {
  config::Mailbox mailbox;
  mailbox.name = "support";
  return mailbox;
}

}  // namespace

TEST_CASE("a status says since when; while a person is waited for, nothing is planned") {
  const support::TempDir dir("status");
  const auto store = open_sqlite_store((dir / "poller.db").string());
  const auto mailbox = support_mailbox();
  remember_status(*store, mailbox, nullptr, kThen, kThen + 60, 7);
  const Error refused(ErrorKind::sign_in, "the grant has ended", "Sign in again.");
  remember_status(*store, mailbox, &refused, kThen + 60, kThen + 120);
  remember_status(*store, mailbox, &refused, kThen + 120, kThen + 180);
  const auto status = store->mailbox_status("support");
  REQUIRE(status);
  CHECK(status->state == "sign-in needed");
  CHECK(status->since == kThen + 60);
  CHECK(status->last_success == kThen);
  CHECK(status->next_poll == 0);
  CHECK(status->lag_seconds == 7);
  CHECK(status->last_error == "the grant has ended");
  CHECK(status->advice == "Sign in again.");
}

TEST_CASE("a wait that the server named is kept to its end, one of our own is not") {
  const support::TempDir dir("status");
  const auto store = open_sqlite_store((dir / "poller.db").string());
  const auto mailbox = support_mailbox();
  const auto asked = [&](UnixTime now) { return asked_to_wait_until(*store->mailbox_status("support"), now); };
  Error throttled(ErrorKind::temporary, "Request is throttled");
  throttled.set_retry_after(std::chrono::milliseconds(599'001));
  remember_status(*store, mailbox, &throttled, kThen, 0);  // --once plans nothing
  REQUIRE(asked(kThen));
  CHECK(*asked(kThen) >= kThen + 600);
  CHECK(*asked(kThen) <= kThen + 602);
  CHECK(asked(kThen + 599));
  CHECK_FALSE(asked(kThen + 602));
  CHECK_FALSE(asked(kThen - 3 * 86400));  // the clock was set back: nobody asks for days
  remember_status(*store, mailbox, &throttled, kThen, kThen + 650);
  CHECK(asked(kThen) == kThen + 650);
  const Error away(ErrorKind::temporary, "gone");
  remember_status(*store, mailbox, &away, kThen, kThen + 650);
  CHECK_FALSE(asked(kThen));
  remember_status(*store, mailbox, nullptr, kThen, kThen + 650);
  CHECK_FALSE(asked(kThen));
}

TEST_CASE("throttled is a state of its own, with a time and without") {
  const support::TempDir dir("status");
  const auto store = open_sqlite_store((dir / "poller.db").string());
  for (const int wait : {0, 300}) {
    Error throttled(ErrorKind::temporary, "Request is throttled.");
    throttled.set_retry_after(std::chrono::seconds(wait));
    remember_status(*store, support_mailbox(), &throttled, kThen, kThen + 60);
    CHECK(store->mailbox_status("support")->state == "throttled");
  }
}

TEST_CASE("a storage that cannot keep a status fails, rather than to be found broken by the next mail") {
  const support::TempDir dir("status");
  const auto store = open_sqlite_store((dir / "poller.db").string());
  remember_status(*store, support_mailbox(), nullptr, kThen, kThen + 60);
  // With the index of its log gone, SQLite reads the damaged files anew instead of what it holds in memory.
  for (const char* name : {"poller.db", "poller.db-wal", "poller.db-shm"}) {
    std::fstream file(dir / name, std::ios::in | std::ios::out);
    file << std::string(65536, 'x');
  }
  try {
    remember_status(*store, support_mailbox(), nullptr, kThen + 60, kThen + 120);
    FAIL("no failure");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::storage);
    CHECK(error.advice().find("restore a backup") != std::string::npos);
  }
}
