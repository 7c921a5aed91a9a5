// What the scheduler's end leaves behind: no blame for what it broke off, and the waits that servers have asked for.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "service/scheduler.h"
#include "tests/support/temp_dir.h"

using namespace poller;  // NOLINT(google-build-using-namespace): the room under test
using namespace std::chrono_literals;

namespace {

/// One mailbox, whose sessions cannot be opened.
class OneMailbox {
 public:
  explicit OneMailbox(std::function<void()> fail) : fail_(std::move(fail)) {
    config_.sqlite_path = folder_ / "store.db";
    config_.queues.emplace_back();
    config_.queues.front().name = "support";
    auto& mailbox = config_.mailboxes.emplace_back();
    mailbox.name = "box";
    mailbox.queue = "support";
    mailbox.poll_every = 1h;
    hooks_.open_store = [this] { return open_store(); };
    hooks_.sessions = [this](const config::Mailbox&) -> SessionFactory {
      return [this](bool) -> std::unique_ptr<Mailbox> {
        ++opened_;
        fail_();
        return nullptr;
      };
    };
    hooks_.on_turn = [this](const TurnReport& report) { (report.error != nullptr ? failures_ : successes_) += 1; };
  }
  ~OneMailbox() {
    if (loop_.joinable()) end();
  }
  OneMailbox(const OneMailbox&) = delete;
  OneMailbox& operator=(const OneMailbox&) = delete;

  void begin() {
    stop_ = std::stop_source();
    loop_ = std::thread([this] { run_scheduler(config_, hooks_, stop_.get_token(), ""); });
  }
  void request_stop() { stop_.request_stop(); }
  void end() {
    request_stop();
    loop_.join();
  }
  bool opens(int times) const { return becomes(opened_, times); }
  bool fails(int times) const { return becomes(failures_, times); }
  [[nodiscard]] int opened() const { return opened_; }
  [[nodiscard]] int failures() const { return failures_; }
  [[nodiscard]] std::optional<MailboxStatus> status() const { return open_store()->mailbox_status("box"); }

 private:
  static bool becomes(const std::atomic<int>& count, int value) {
    for (int i = 0; i < 400 && count < value; ++i) std::this_thread::sleep_for(10ms);
    return count >= value;
  }
  [[nodiscard]] std::unique_ptr<Store> open_store() const { return open_sqlite_store(config_.sqlite_path.string()); }

  support::TempDir folder_{"scheduler-ends"};
  config::Config config_;
  SchedulerHooks hooks_;
  std::function<void()> fail_;
  std::atomic<int> opened_{0}, failures_{0}, successes_{0};
  std::stop_source stop_;
  std::thread loop_;
};

}  // namespace

TEST_CASE("a pass that our own stop has broken off is no failure: nothing is counted, nothing blames the server") {
  std::atomic<bool> answers{false};
  Error error(ErrorKind::temporary, "outlook.example did not answer in time");
  bool is_failure = false;
  SUBCASE("not waited for any longer") {}
  SUBCASE("not reached") { error = Error(ErrorKind::unreachable, "outlook.example cannot be reached"); }
  SUBCASE("what the server says is a failure all the same") {
    error.set_retry_after(1h);
    is_failure = true;
  }
  OneMailbox box([&] {
    while (!answers) std::this_thread::sleep_for(5ms);
    throw Error(error);
  });
  box.begin();
  REQUIRE(box.opens(1));
  box.request_stop();
  answers = true;
  box.end();
  CHECK(box.failures() == (is_failure ? 1 : 0));
  const auto status = box.status();
  CHECK((status && !status->last_error.empty()) == is_failure);
}

TEST_CASE("the wait that a server has asked for outlasts a reload and a restart; one of our own does not") {
  bool throttled = true;
  SUBCASE("Suggested Backoff Time") {}
  SUBCASE("our own") { throttled = false; }
  OneMailbox box([throttled] {
    Error error(ErrorKind::temporary, "Request is throttled");
    if (throttled) error.set_retry_after(1h);
    throw Error(error);
  });
  box.begin();
  REQUIRE(box.fails(1));
  const auto before = box.status();
  box.end();
  box.begin();
  if (throttled) {
    std::this_thread::sleep_for(500ms);
    CHECK(box.opened() == 1);
  } else {
    CHECK(box.fails(2));
  }
  box.end();
  if (throttled) CHECK(box.status()->next_poll == before->next_poll);
}
