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

TEST_CASE("a mail is in hand before it is fetched, and never more than two thousand are") {
  World w;
  add_tiny(w.server, 3200);
  const auto watcher = open_sqlite_store((w.folder / "poller.db").string());  // used on the thread that fetches
  std::atomic<std::size_t> most{0};
  std::atomic<int> looks{0}, not_in_hand{0};
  for (const std::uint32_t uid : {1U, 999U, 1000U, 1001U, 2000U, 2001U, 3000U, 3001U, 3200U}) {
    w.server.mails[uid].coming = [&, uid](const std::function<void()>&) {
      const auto marked = in_hand(*watcher, 3200);
      most = std::max(most.load(), marked.size());
      if (!marked.contains(uid)) ++not_in_hand;
      ++looks;
    };
  }
  const auto summary = w.pass();
  CHECK(summary.stored == 3200);
  CHECK_FALSE(summary.more);
  CHECK(looks == 9);
  CHECK(not_in_hand == 0);
  CHECK(most > 1000);
  CHECK(most <= 2000);
  CHECK(in_hand(*w.store, 3200).empty());
  for (std::size_t i = 0; i < w.events.size(); ++i) REQUIRE(w.events[i].source.uid == i + 1);
}

TEST_CASE("mails that the server lists and does not have hold up none of those behind them") {
  World w;
  add_tiny(w.server, 4100);
  for (std::uint32_t uid = 501; uid <= 4000; ++uid) w.server.mails[uid].silent = true;
  CHECK(w.pass().stored == 600);
  CHECK(in_hand(*w.store, 4100).size() == 3500);  // fetched, and not had
}

TEST_CASE("what a pass has marked and not begun, because it has enough, is put back") {
  World w;
  add_tiny(w.server, 2100);
  PassOptions options;
  options.max_bytes = 1;
  for (const int stored : {1000, 1000, 100}) {
    const auto summary = w.pass(options);
    CHECK(summary.stored == stored);
    CHECK(summary.more);
    CHECK(in_hand(*w.store, 2100).empty());
  }
}

TEST_CASE("a pass that breaks off while the next slice waits puts all back, and ends") {
  World w;
  add_tiny(w.server, 3100);
  PassOptions options;
  int told = 0;
  SUBCASE("the storage fails") {
    options.on_progress = [&](const PassProgress&) {
      if (++told == 2) throw Error(ErrorKind::temporary, "disk full");
    };
    CHECK_THROWS_WITH(w.pass(options), "disk full");
  }
  SUBCASE("the connection breaks") {
    w.server.mails[1500].coming = [](const std::function<void()>&) {
      throw Error(ErrorKind::temporary, "connection lost");
    };
    CHECK_THROWS_WITH(w.pass(options), "connection lost");
  }
  CHECK(in_hand(*w.store, 3100).empty());
  w.server.mails[1500].coming = {};
  w.pass();
  CHECK(w.tickets().size() == 3100);
}
