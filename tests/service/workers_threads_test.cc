// The pool: bounded, fair to mailboxes that work, its end orderly.
#include "service/workers.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <set>
#include <thread>

#include "base/error.h"
#include "tests/support/temp_dir.h"

using namespace poller;  // NOLINT(google-build-using-namespace): the room under test
using namespace std::chrono_literals;

namespace {

/// A gate that turns wait at.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

const std::string& path_for_stores() {
  static const support::TempDir folder("workers");
  static const std::string path = (folder.path() / "store.db").string();
  return path;
}

Workers::Options options_for(std::size_t threads, std::function<void(Entry&)> turn) {
  Workers::Options options;
  options.threads = threads;
  options.open_store = [] { return open_sqlite_store(path_for_stores()); };
  options.turn = [turn = std::move(turn)](Store& /*store*/, Entry& entry) { turn(entry); };
  options.on_done = [] {};
  return options;
}

std::set<Entry*> wait_for(Workers& workers, std::size_t count) {
  std::set<Entry*> done;
  for (int i = 0; i < 1000 && done.size() < count; ++i) {
    for (Entry* entry : workers.collect()) done.insert(entry);
    std::this_thread::sleep_for(5ms);
  }
  return done;
}

}  // namespace

TEST_CASE("never more turns at once than threads, and each turn once") {
  std::atomic<int> running{0}, most{0}, turns{0};
  std::vector<Entry> entries(40);
  Workers workers(options_for(4, [&](Entry& /*entry*/) {
    const int now = ++running;
    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
    }
    std::this_thread::sleep_for(2ms);
    --running;
    ++turns;
  }));
  for (auto& entry : entries) workers.add(entry, false);
  CHECK(wait_for(workers, 40).size() == 40);
  CHECK(turns == 40);
  CHECK(most <= 4);
}

TEST_CASE("mailboxes that hang and have failed before hold half of the threads at most") {
  Gate gate;
  std::atomic<int> healthy_turns{0};
  std::vector<Entry> hanging(10), healthy(3);
  for (auto& entry : hanging) entry.failures = 1;
  {
    Workers workers(options_for(4, [&](Entry& entry) {
      if (entry.failures > 0) {
        gate.pass();
      } else {
        ++healthy_turns;
      }
    }));
    for (auto& entry : hanging) workers.add(entry, false);
    for (auto& entry : healthy) workers.add(entry, false);
    CHECK(wait_for(workers, 3).size() == 3);
    CHECK(healthy_turns == 3);
    CHECK(workers.longest_silence() > 0ms);
    gate.open();
    CHECK(wait_for(workers, 10).size() == 10);
    CHECK(workers.longest_silence() == 0ms);
  }
}

TEST_CASE(
    "a server that hangs from the first turn on delays no other server's mailboxes, also those that failed once") {
  Gate gate;
  config::Mailbox on_hung, elsewhere, elsewhere_failing;
  on_hung.server.host = "hung.example";
  elsewhere.server.host = "well.example";
  elsewhere_failing.server.host = "busy.example";
  std::vector<Entry> hanging(20), hung_before(20), healthy(3);
  for (auto& entry : hanging) entry.mailbox = &on_hung;
  for (auto& entry : hung_before) {
    entry.mailbox = &on_hung;
    entry.failures = 1;
  }
  for (auto& entry : healthy) entry.mailbox = &elsewhere;
  Entry failed_once;
  failed_once.mailbox = &elsewhere_failing;
  failed_once.failures = 1;
  auto options = options_for(8, [&](Entry& entry) {
    if (entry.mailbox == &on_hung) gate.pass();
  });
  options.most_on_server = 4;
  Workers workers(std::move(options));
  for (auto& entry : hung_before) workers.add(entry, false);
  for (auto& entry : hanging) workers.add(entry, false);
  for (auto& entry : healthy) workers.add(entry, false);
  workers.add(failed_once, false);
  const auto done = wait_for(workers, 4);
  CHECK(done.size() == 4);
  CHECK(done.contains(&failed_once));
  gate.open();
  CHECK(wait_for(workers, 40).size() == 40);
}

TEST_CASE("news go first") {
  Gate gate;
  std::vector<Entry> entries(4);
  std::vector<Entry*> order;
  Workers workers(options_for(1, [&](Entry& entry) {
    gate.pass();
    order.push_back(&entry);
  }));
  for (std::size_t i = 0; i < 3; ++i) workers.add(entries[i], false);
  std::this_thread::sleep_for(50ms);  // the first is under way
  workers.add(entries[3], true);
  gate.open();
  CHECK(wait_for(workers, 4).size() == 4);
  CHECK(order == std::vector<Entry*>{&entries[0], &entries[3], &entries[1], &entries[2]});
}

TEST_CASE("while the turns under way are waited for, whoever waits is called") {
  Gate gate;
  Entry entry;
  std::atomic<int> calls{0};
  Workers workers(options_for(1, [&](Entry& /*entry*/) { gate.pass(); }));
  workers.add(entry, false);
  for (int i = 0; i < 1000 && workers.longest_silence() == 0ms; ++i) std::this_thread::sleep_for(1ms);
  workers.finish([&] {
    if (++calls == 2) gate.open();
  });
  CHECK(calls == 2);
  CHECK(workers.collect() == std::vector<Entry*>{&entry});
}

TEST_CASE("a turn that throws ends the pool, and its error is handed on") {
  Entry entry;
  Workers workers(options_for(2, [](Entry& /*entry*/) { throw Error(ErrorKind::storage, "disk full"); }));
  workers.add(entry, false);
  bool thrown = false;
  for (int i = 0; i < 400 && !thrown; ++i) {
    try {
      workers.collect();
    } catch (const Error& error) {
      thrown = error.kind() == ErrorKind::storage;
    }
    std::this_thread::sleep_for(5ms);
  }
  CHECK(thrown);
}
