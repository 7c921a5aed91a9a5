// The scheduler with many mailboxes at once, some of which fail, hang or talk: every mail once, and an orderly end.
#include "service/scheduler.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "tests/support/temp_dir.h"

using namespace poller;  // NOLINT(google-build-using-namespace): the room under test
using namespace std::chrono_literals;

namespace {

constexpr int kBoxes = 24;
constexpr int kMailsEach = 12;

/// One mailbox's server: mails come while it is polled. Used by whatever thread polls it, one at a time, and by the
/// test.
class Server {
 public:
  explicit Server(int number) : number_(number) {
    if (::pipe2(news_.data(), O_NONBLOCK | O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  }
  ~Server() {
    ::close(news_[0]);
    ::close(news_[1]);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void deliver() {
    const std::lock_guard lock(mutex_);
    ++mails_;
    (void)!::write(news_[1], "!", 1);
  }
  int mails() const {
    const std::lock_guard lock(mutex_);
    return mails_;
  }
  /// Every sixth server loses the connection at its fourth, eighth and twelfth mail, and then no more: the rests
  /// after failures double, and the test has to see the last mail.
  bool hiccups() {
    if (number_ % 6 != 5) return false;
    const int asked = ++fetches_;
    return asked <= 12 && asked % 4 == 0;
  }
  void enter() { CHECK(users_++ == 0); }
  void leave() { --users_; }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] int news() const { return news_[0]; }

 private:
  int number_;
  mutable std::mutex mutex_;  // guards mails_
  int mails_ = 0;
  std::atomic<int> users_{0};
  std::atomic<int> fetches_{0};
  std::array<int, 2> news_{};
};

class Session final : public Mailbox {
 public:
  Session(std::string name, Server& server) : name_(std::move(name)), server_(server) { server_.enter(); }
  ~Session() override { server_.leave(); }

  void open(bool) override {}
  [[nodiscard]] FolderInfo folder() const override {
    FolderInfo info;
    info.name = "INBOX";
    info.uidvalidity = 7;
    info.uidnext = static_cast<std::uint32_t>(server_.mails() + 1);
    return info;
  }
  std::vector<Listed> list(const ListRequest& request) override {
    std::vector<Listed> out;
    for (auto uid = std::max<std::uint32_t>(request.min_uid, 1); uid <= static_cast<std::uint32_t>(server_.mails());
         ++uid) {
      Listed listed;
      listed.source = {name_, "INBOX", 7, uid, ""};
      listed.size = 100;
      out.push_back(std::move(listed));
    }
    return out;
  }
  void fetch(std::span<const Listed> mails, const FetchOptions&, const MailSink& sink) override {
    for (const auto& listed : mails) {
      if (server_.hiccups()) throw Error(ErrorKind::temporary, "connection lost");
      RawMail raw;
      raw.source = listed.source;
      raw.bytes = fmt::format("From: a@example.org\r\nSubject: {0} {1}\r\nMessage-ID: <{0}.{1}@x>\r\n\r\nhello\r\n",
                              name_, listed.source.uid);
      raw.announced_size = raw.bytes.size();
      if (!sink(std::move(raw))) return;
    }
  }
  void settle(std::span<const SourceKey>, const SettleAction&) override {}
  bool wait(std::chrono::milliseconds) override { return false; }
  bool begin_watch() override { return server_.number() % 2 == 0; }
  void end_watch() override {}
  [[nodiscard]] int descriptor() const override { return server_.news(); }
  bool has_news() override {
    std::array<char, 64> unread{};
    return ::read(server_.news(), unread.data(), unread.size()) > 0;
  }
  void close() noexcept override {}

 private:
  std::string name_;
  Server& server_;
};

}  // namespace

TEST_CASE("many mailboxes, some in trouble: every mail once, never two passes on one mailbox, an orderly end") {
  const support::TempDir folder("scheduler");
  config::Config config;
  config.sqlite_path = folder / "store.db";
  config.queues.emplace_back();
  config.queues.front().name = "support";
  std::map<std::string, std::unique_ptr<Server>> servers;
  for (int i = 0; i < kBoxes; ++i) {
    auto& mailbox = config.mailboxes.emplace_back();
    mailbox.name = fmt::format("box{}", i);
    mailbox.queue = "support";
    mailbox.poll_every = 1s;
    servers[mailbox.name] = std::make_unique<Server>(i);
  }

  std::atomic<int> seen{0}, turns{0};
  SchedulerHooks hooks;
  hooks.open_store = [&] { return open_sqlite_store(config.sqlite_path.string()); };
  hooks.sessions = [&](const config::Mailbox& mailbox) -> SessionFactory {
    return [&](bool) { return std::make_unique<Session>(mailbox.name, *servers.at(mailbox.name)); };
  };
  hooks.on_mail = [&](const config::Mailbox&, const MailEvent&) { ++seen; };
  hooks.on_turn = [&](const TurnReport&) { ++turns; };
  std::stop_source stop;
  std::thread loop([&] { run_scheduler(config, hooks, stop.get_token(), ""); });

  for (int round = 0; round < kMailsEach; ++round) {
    for (auto& [name, server] : servers) server->deliver();
    std::this_thread::sleep_for(100ms);
  }
  for (int i = 0; i < 1200 && seen < kBoxes * kMailsEach; ++i) std::this_thread::sleep_for(50ms);
  stop.request_stop();
  loop.join();

  CHECK(seen == kBoxes * kMailsEach);
  CHECK(turns >= kBoxes);
  long messages = 0;
  const auto store = hooks.open_store();
  store->for_each_ticket({}, [&](const Ticket& ticket) { messages += static_cast<long>(ticket.message_count); });
  CHECK(messages == kBoxes * kMailsEach);
}

TEST_CASE("stopped at any moment, the scheduler ends at once and leaves no lease") {
  const support::TempDir folder("scheduler-stop");
  for (int i = 0; i < 20; ++i) {
    config::Config config;
    config.sqlite_path = folder / "store.db";
    config.queues.emplace_back();
    config.queues.front().name = "support";
    std::vector<std::unique_ptr<Server>> servers;
    for (int n = 0; n < 8; ++n) {
      auto& mailbox = config.mailboxes.emplace_back();
      mailbox.name = fmt::format("box{}", n);
      mailbox.queue = "support";
      mailbox.poll_every = 1s;
      servers.push_back(std::make_unique<Server>(n));
      for (int m = 0; m < 3; ++m) servers.back()->deliver();
    }
    SchedulerHooks hooks;
    hooks.open_store = [&] { return open_sqlite_store(config.sqlite_path.string()); };
    hooks.sessions = [&](const config::Mailbox& mailbox) -> SessionFactory {
      Server& server = *servers.at(static_cast<std::size_t>(&mailbox - config.mailboxes.data()));
      return [&mailbox, &server](bool) { return std::make_unique<Session>(mailbox.name, server); };
    };
    std::stop_source stop;
    std::thread loop([&] { run_scheduler(config, hooks, stop.get_token(), ""); });
    std::this_thread::sleep_for(std::chrono::milliseconds(7 * i));
    const auto start = std::chrono::steady_clock::now();
    stop.request_stop();
    loop.join();
    CHECK(std::chrono::steady_clock::now() - start < 10s);
    const auto store = hooks.open_store();
    for (const auto& mailbox : config.mailboxes) {
      const auto lease = store->take_lease(mailbox.name, system_clock().unix_now() + 60);
      CHECK(lease);
      if (lease) store->release_lease(*lease);
    }
  }
}

TEST_CASE("a mailbox whose app is refused is tried again as soon as somebody has signed in, not by the clock") {
  const support::TempDir folder("scheduler-refused");
  config::Config config;
  config.sqlite_path = folder / "store.db";
  config.queues.emplace_back();
  config.queues.front().name = "support";
  auto& mailbox = config.mailboxes.emplace_back();
  mailbox.name = "box";
  mailbox.queue = "support";
  mailbox.poll_every = 1h;
  std::atomic<int> turns{0};
  std::atomic<bool> signed_in{false};
  SchedulerHooks hooks;
  hooks.open_store = [&] { return open_sqlite_store(config.sqlite_path.string()); };
  hooks.sessions = [&](const config::Mailbox&) -> SessionFactory {
    return [](bool) -> std::unique_ptr<Mailbox> { throw Error(ErrorKind::configuration, "the secret has expired"); };
  };
  hooks.on_turn = [&](const TurnReport&) { ++turns; };
  hooks.sign_in_mark = [&](const config::Mailbox&) -> std::string { return signed_in ? "new" : "old"; };
  std::stop_source stop;
  std::thread loop([&] { run_scheduler(config, hooks, stop.get_token(), ""); });
  for (int i = 0; i < 200 && turns < 1; ++i) std::this_thread::sleep_for(50ms);
  std::this_thread::sleep_for(6s);  // it has looked once
  CHECK(turns == 1);
  signed_in = true;
  for (int i = 0; i < 200 && turns < 2; ++i) std::this_thread::sleep_for(50ms);
  CHECK(turns == 2);
  stop.request_stop();
  loop.join();
}

TEST_CASE("told to end while a server has the floor, the scheduler goes on saying that it is alive") {
  const support::TempDir folder("scheduler-waits");
  config::Config config;
  config.sqlite_path = folder / "store.db";
  config.queues.emplace_back();
  config.queues.front().name = "support";
  auto& mailbox = config.mailboxes.emplace_back();
  mailbox.name = "box";
  mailbox.queue = "support";
  mailbox.poll_every = 1h;
  std::atomic<bool> waits{false}, answers{false};
  std::atomic<int> alive{0};
  SchedulerHooks hooks;
  hooks.open_store = [&] { return open_sqlite_store(config.sqlite_path.string()); };
  hooks.sessions = [&](const config::Mailbox&) -> SessionFactory {
    return [&](bool) -> std::unique_ptr<Mailbox> {
      waits = true;
      while (!answers) std::this_thread::sleep_for(10ms);
      throw Error(ErrorKind::unreachable, "it hung up");
    };
  };
  hooks.alive = [&] { ++alive; };
  std::stop_source stop;
  std::thread loop([&] { run_scheduler(config, hooks, stop.get_token(), ""); });
  for (int i = 0; i < 200 && !waits; ++i) std::this_thread::sleep_for(50ms);
  REQUIRE(waits);
  stop.request_stop();
  std::this_thread::sleep_for(500ms);  // the turn of the loop that was under way is over
  const int before = alive;
  for (int i = 0; i < 200 && alive < before + 2; ++i) std::this_thread::sleep_for(50ms);
  CHECK(alive >= before + 2);
  answers = true;
  loop.join();
}
