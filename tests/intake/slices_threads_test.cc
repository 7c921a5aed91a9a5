// More mails than are in hand at once: what is marked, fetched and put back while one slice is stored and the next
// comes.
#include <doctest/doctest.h>

#include <atomic>

#include "fake_mailbox.h"

using namespace poller;
using namespace poller::test;

namespace {

void add_tiny(FakeServer& server, int count) {
  for (int i = 0; i < count; ++i) server.add("Subject: no " + std::to_string(i) + "\r\n\r\nx\r\n");
}

// The UIDs up to `count` that are in hand.
std::set<std::uint32_t> in_hand(Store& store, std::uint32_t count) {
  std::vector<SourceKey> keys;
  for (std::uint32_t uid = 1; uid <= count; ++uid) keys.push_back({"box", "INBOX", 7, uid, ""});
  std::set<std::uint32_t> out;
  for (const auto& entry : store.ledger(keys)) {
    if (entry.state == LedgerState::in_hand) out.insert(entry.source.uid);
  }
  return out;
}

}  // namespace

TEST_CASE("a mail is in hand before it is fetched, and never more than a thousand are") {
  World w;
  add_tiny(w.server, 1600);
  const auto watcher = open_sqlite_store((w.folder / "poller.db").string());  // used on the thread that fetches
  std::atomic<std::size_t> most{0};
  std::atomic<int> looks{0}, not_in_hand{0};
  for (const std::uint32_t uid : {1U, 499U, 500U, 501U, 1000U, 1001U, 1500U, 1501U, 1600U}) {
    w.server.mails[uid].coming = [&, uid](const std::function<void()>&) {
      const auto marked = in_hand(*watcher, 1600);
      most = std::max(most.load(), marked.size());
      if (!marked.contains(uid)) ++not_in_hand;
      ++looks;
    };
  }
  const auto summary = w.pass();
  CHECK(summary.stored == 1600);
  CHECK_FALSE(summary.more);
  CHECK(looks == 9);
  CHECK(not_in_hand == 0);
  CHECK(most > 500);
  CHECK(most <= 1000);
  CHECK(in_hand(*w.store, 1600).empty());
  for (std::size_t i = 0; i < w.events.size(); ++i) REQUIRE(w.events[i].source.uid == i + 1);
}

TEST_CASE("while one mail is read for long, no more are fetched than may be in hand") {
  World w;
  w.mailbox().max_size = 100'000'000;
  std::string large = "Subject: large\r\n\r\n";
  while (large.size() < 60'000'000) large += "> On Monday, Ann wrote:\r\nfrom: x, to: y\r\n";
  w.server.add(std::move(large));
  add_tiny(w.server, 1600);
  const auto watcher = open_sqlite_store((w.folder / "poller.db").string());
  std::atomic<std::size_t> most{0};
  w.server.mails[1001].coming = [&](const std::function<void()>&) { most = in_hand(*watcher, 1601).size(); };
  CHECK(w.pass().stored == 1601);
  CHECK(most > 0);
  CHECK(most <= 1000);
}

TEST_CASE("mails that the server lists and does not have hold up none of those behind them") {
  World w;
  add_tiny(w.server, 2100);
  for (std::uint32_t uid = 301; uid <= 2000; ++uid) w.server.mails[uid].silent = true;
  CHECK(w.pass().stored == 400);
  CHECK(in_hand(*w.store, 2100).size() == 1700);  // fetched, and not had
}

TEST_CASE("what a pass has marked and not begun, because it has enough, is put back") {
  World w;
  add_tiny(w.server, 1100);
  PassOptions options;
  options.max_bytes = 1;
  for (const int stored : {500, 500, 100}) {
    const auto summary = w.pass(options);
    CHECK(summary.stored == stored);
    CHECK(summary.more);
    CHECK(in_hand(*w.store, 1100).empty());
  }
}

TEST_CASE("a pass that breaks off while the next slice waits puts all back, and ends") {
  World w;
  add_tiny(w.server, 1700);
  PassOptions options;
  int told = 0;
  SUBCASE("the storage fails") {
    options.on_progress = [&](const PassProgress&) {
      if (++told == 2) throw Error(ErrorKind::temporary, "disk full");
    };
    CHECK_THROWS_WITH(w.pass(options), "disk full");
  }
  SUBCASE("the connection breaks") {
    w.server.mails[800].coming = [](const std::function<void()>&) {
      throw Error(ErrorKind::temporary, "connection lost");
    };
    CHECK_THROWS_WITH(w.pass(options), "connection lost");
  }
  CHECK(in_hand(*w.store, 1700).empty());
  w.server.mails[800].coming = {};
  w.pass();
  CHECK(w.tickets().size() == 1700);
}
