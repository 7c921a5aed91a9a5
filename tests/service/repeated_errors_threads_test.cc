// A mailbox whose passes fail again and again: what the log says of it, and how little.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "service/scheduler.h"
#include "tests/support/log_text.h"
#include "tests/support/temp_dir.h"

using namespace poller;  // NOLINT(google-build-using-namespace): the room under test
using namespace std::chrono_literals;
using poller::support::log_of;
using poller::support::times_in;

namespace {

/// A folder without mails.
class EmptyFolder final : public Mailbox {
 public:
  void open(bool) override {}
  std::vector<Listed> list(const ListRequest&) override { return {}; }
  void fetch(std::span<const Listed>, const FetchOptions&, const MailSink&) override {}
  void settle(std::span<const SourceKey>, const SettleAction&) override {}
  bool wait(std::chrono::milliseconds) override { return false; }
  void close() noexcept override {}
};

/// What the log says while pass n (from 1) of the mailbox "box" ends with `errors(n)`, `passes` times, then well.
std::string log_while(int passes, const std::function<Error(int)>& errors) {
  const support::TempDir folder("repeated");
  config::Config config;
  config.sqlite_path = folder / "store.db";
  config.queues.emplace_back();
  config.queues.front().name = "support";
  auto& mailbox = config.mailboxes.emplace_back();
  mailbox.name = "box";
  mailbox.queue = "support";
  mailbox.poll_every = 1h;
  std::atomic<int> turns{0};
  std::stop_source stop;
  SchedulerHooks hooks;
  hooks.open_store = [&] { return open_sqlite_store(config.sqlite_path.string()); };
  hooks.sessions = [&](const config::Mailbox&) -> SessionFactory {
    return [&](bool) -> std::unique_ptr<Mailbox> {
      if (turns >= passes) return std::make_unique<EmptyFolder>();
      Error error = errors(turns + 1);
      error.set_retry_after(1ms);  // so that the next pass comes at once
      throw error;
    };
  };
  hooks.on_turn = [&](const TurnReport& report) {
    ++turns;
    if (report.error == nullptr) stop.request_stop();
  };
  return log_of([&] { run_scheduler(config, hooks, stop.get_token(), ""); });
}

}  // namespace

TEST_CASE("a throttling error whose time changes is one and the same error, and its kind is the metric's") {
  const std::string log = log_while(9, [](int n) {
    return Error(ErrorKind::temporary, fmt::format("throttled. Suggested Backoff Time: {} milliseconds", 299'874 - n));
  });
  CHECK_MESSAGE(times_in(log, "error   throttled. Suggested Backoff Time") == 4, log);
  CHECK_MESSAGE(times_in(log, "mailbox=box kind=throttled ") == 4 + 1, log);  // and what was not said, at the end
  for (const int times : {1, 2, 4, 8}) CHECK_MESSAGE(times_in(log, fmt::format(" times={} since=20", times)) == 1, log);
}

TEST_CASE("what was not said of an error is told when another takes its place, and at the end how long it lasted") {
  const std::string log = log_while(8, [](int n) {
    return n <= 7 ? Error(ErrorKind::temporary, "the server is busy")
                  : Error(ErrorKind::temporary, "the server is ill");
  });
  CHECK_MESSAGE(times_in(log, "the server is busy") == 3 + 1, log);
  const auto told = log.find(" 3 more like this since 20");
  REQUIRE_MESSAGE(told != std::string::npos, log);
  CHECK_MESSAGE(log.find("mailbox=box kind=throttled error=\"the server is busy\"", told) != std::string::npos, log);
  CHECK_MESSAGE(told < log.find("the server is ill"), log);
  const auto end = log.find("works again mailbox=box");
  REQUIRE_MESSAGE(end != std::string::npos, log);
  const std::string last = log.substr(end);
  CHECK_MESSAGE(times_in(last, " failures=8 kind=throttled since=20") == 1, log);
  CHECK_MESSAGE(times_in(last, " lasted_seconds=") == 1, log);
}
