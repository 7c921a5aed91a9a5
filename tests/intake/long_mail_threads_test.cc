// A mail that takes long to come: while its bytes flow there is progress, and the mailbox stays ours.
#include <doctest/doctest.h>

#include <atomic>
#include <optional>
#include <stop_token>
#include <thread>

#include "fake_mailbox.h"

using namespace poller;
using namespace poller::test;
using namespace std::chrono_literals;

namespace {

/// The machine's clock, set back by so much.
class LateClock final : public Clock {
 public:
  explicit LateClock(std::chrono::seconds late) : late_(late) {}
  void catch_up() { late_ = 0s; }
  [[nodiscard]] std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::now() - late_.load();
  }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::now();
  }

 private:
  std::atomic<std::chrono::seconds> late_;
};

constexpr auto kNearlyTheLease = 118s;  // of two minutes

FakeMail& only_mail(FakeServer& server) {
  return server.mails[server.add(mail_text("long@example.com", "a long one"))];
}

void flow_for(std::chrono::milliseconds time, const std::function<void()>& on_bytes) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
    if (on_bytes) on_bytes();
    std::this_thread::sleep_for(50ms);
  }
}

bool free_for_another(const World& w) {
  const auto other = open_sqlite_store((w.folder / "poller.db").string());
  const auto lease = other->take_lease("box", system_clock().unix_now() + 60);
  if (lease) other->release_lease(*lease);
  return lease.has_value();
}

}  // namespace

TEST_CASE("while a mail's bytes come, the mailbox's lease is renewed; of a server that says nothing it ends") {
  World w;
  LateClock clock(kNearlyTheLease);
  bool flows = true;
  FakeMail& mail = only_mail(w.server);
  SUBCASE("bytes come") {}
  SUBCASE("bytes come, of a mail that is tried by itself") {
    const SourceKey key{"box", "INBOX", w.server.uidvalidity, 1, ""};
    auto tx = w.store->begin();
    tx->mark_in_hand(std::span(&key, 1));
    tx->commit();
  }
  SUBCASE("nothing comes") { flows = false; }
  std::optional<bool> was_free;
  mail.coming = [&](const auto& on_bytes) {
    clock.catch_up();
    flow_for(3500ms, flows ? on_bytes : nullptr);
    was_free = free_for_another(w);
  };
  if (flows) {
    CHECK(w.pass({}, clock).stored == 1);
  } else {
    CHECK_THROWS_WITH_AS(w.pass({}, clock), "mailbox box: another process took it over", Error);
  }
  CHECK(was_free == !flows);
}

TEST_CASE("bytes that come are progress, before the mail is whole; silence is none") {
  World w;
  std::atomic<int> told{0};
  int told_in_flow = 0, told_in_silence = 0;
  only_mail(w.server).coming = [&](const auto& on_bytes) {
    flow_for(2500ms, on_bytes);
    told_in_flow = told;
    std::this_thread::sleep_for(1500ms);  // what came last is told by now
    const int before = told;
    std::this_thread::sleep_for(2500ms);
    told_in_silence = told - before;
  };
  PassOptions options;
  options.on_progress = [&](const PassProgress&) { ++told; };
  CHECK(w.pass(options).stored == 1);
  CHECK(told_in_flow > 0);
  CHECK(told_in_silence == 0);
}

TEST_CASE("the mail in hand when a pass's time is over, or when it is to stop, is stored all the same") {
  World w;
  std::stop_source stop;
  PassOptions options;
  options.stop = stop.get_token();
  SUBCASE("its time is over") { options.max_time = 1s; }
  SUBCASE("it is to stop") {}
  only_mail(w.server).coming = [&](const auto&) {
    std::this_thread::sleep_for(1100ms);
    if (options.max_time == 0s) stop.request_stop();
  };
  w.server.add(mail_text("second@example.com", "another"));
  const auto summary = w.pass(options);
  CHECK(summary.stored == 1);
  CHECK(summary.more);
  CHECK(w.server.mails[1].seen);
  CHECK(w.pass().stored == 1);
}
