// When an operator hears of mailboxes that are not polled, and when not.
#include <doctest/doctest.h>

#include <algorithm>

#include "alert_home.h"
#include "service/notify.h"

using namespace poller;                // NOLINT(google-build-using-namespace): the room under test
using namespace poller::service_test;  // NOLINT(google-build-using-namespace): its helpers

TEST_CASE("no successful poll for three intervals") {
  AlertHome home;
  home.status("support", "error", kStart - 180, "connection refused");
  home.look();
  CHECK(home.rows().empty());
  home.now += 1;
  home.look();
  REQUIRE(home.rows().size() == 1);
  CHECK(home.rows()[0].subject == "poller: no successful poll of mailbox support");
  CHECK(tells(home.body(home.rows()[0]), "connection refused"));
}

TEST_CASE("the end of a needed sign-in is no moment to complain of polls: three intervals from there") {
  AlertHome home;
  home.sources.failing_mailboxes = [](Store& /*store*/, UnixTime /*now*/) {
    return std::vector<Unready>{{"mailbox", "support", "no success ever"}};
  };
  Notifier notifier(home.config, home.sources);
  home.status("support", "sign-in needed", kStart - 5000, "the server refused the token");
  notifier.look(*home.store, home.now);
  home.now += 60;
  home.status("support", "error", kStart - 5000, "connection refused");
  notifier.look(*home.store, home.now);
  REQUIRE(home.rows().size() == 2);
  CHECK(home.rows()[1].subject == "poller: all clear: sign-in needed for mailbox support");
  home.now += 60;
  notifier.look(*home.store, home.now);
  CHECK(home.rows().size() == 2);
  home.now += 61;  // three intervals since somebody was last waited for
  notifier.look(*home.store, home.now);
  REQUIRE(home.rows().size() == 3);
  CHECK(home.rows()[2].subject == "poller: no successful poll of mailbox support");
}

TEST_CASE("an alert that nobody could send is taken back when its trouble is over: the all clear tells of it") {
  AlertHome home;
  home.status("support", "sign-in needed", kStart, "refused");
  home.status("billing", "sign-in needed", kStart, "refused");
  home.look();
  home.status("billing", "ok", home.now);
  home.look();
  REQUIRE(home.rows().size() == 2);
  CHECK(home.rows()[0].state == OutboxState::pending);  // support's trouble, in the same mail, lasts
  home.status("support", "ok", home.now);
  home.look();
  REQUIRE(home.rows().size() == 3);
  CHECK(home.rows()[0].state == OutboxState::cancelled);
  CHECK(home.rows()[1].state == OutboxState::pending);
  CHECK(home.rows()[2].subject == "poller: all clear: sign-in needed for mailbox support");
  CHECK(tells(home.body(home.rows()[2]), "(since "));
}

TEST_CASE("an alert that waits still is taken back when it is given again: one is enough once mail goes out") {
  AlertHome home;
  home.status("support", "sign-in needed", kStart, "refused");
  home.look();
  home.now += kEvery + 60;
  home.look();
  home.now += kEvery + 60;
  home.status("billing", "sign-in needed", home.now, "refused");
  home.look();
  const auto rows = home.rows();
  const auto waiting =
      std::count_if(rows.begin(), rows.end(), [](const OutboxRow& row) { return row.state == OutboxState::pending; });
  CHECK(rows.size() >= 3);
  CHECK(waiting == 1);
}

TEST_CASE("a machine that slept does not wake to an alert") {
  AlertHome home;
  bool failing = false;
  home.sources.failing_mailboxes = [&](Store& /*store*/, UnixTime /*now*/) {
    return failing ? std::vector<Unready>{{"mailbox", "support", "no success"}} : std::vector<Unready>{};
  };
  Notifier notifier(home.config, home.sources);
  notifier.look(*home.store, home.now);
  failing = true;
  home.now += 8 * 3600;
  notifier.look(*home.store, home.now);
  CHECK(home.rows().empty());
  home.now += 90;
  notifier.look(*home.store, home.now);
  home.now += 91;
  notifier.look(*home.store, home.now);
  CHECK(home.rows().size() == 1);
}

TEST_CASE("a daemon that begins anew gives no all clear for a mailbox that has had no success") {
  AlertHome home;
  home.status("support", "error", kStart - 500, "connection refused");
  home.look();
  REQUIRE(home.rows().size() == 1);
  home.sources.failing_mailboxes = [](Store& /*store*/, UnixTime /*now*/) { return std::vector<Unready>{}; };
  home.now += 10;
  home.look();
  CHECK(home.rows().size() == 1);
  home.status("support", "ok", home.now);
  home.look();
  REQUIRE(home.rows().size() == 2);
  CHECK(home.rows()[1].subject == "poller: all clear: no successful poll of mailbox support");
}
