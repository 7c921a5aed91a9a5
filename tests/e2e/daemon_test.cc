// The daemon on a real Dovecot: told of news by IDLE, one mailbox's trouble no other's, stopped and killed at any time.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "../support/mail_maker.h"
#include "daemon.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr const char* kQuick = "deadlines: {connect: 2s, command: 1s, idle_renew: 2s}\n";

/// A second mailbox of the same account's kind, to be appended to a home's only one.
std::string another_mailbox(const std::string& name, const std::string& user, std::uint16_t port,
                            const std::filesystem::path& ca) {
  return fmt::format(
      "  - name: {}\n    address: {}\n    server: {{host: localhost, port: {}, ca_file: {}}}\n    auth: password\n"
      "    password: {{file: password}}\n    poll_every: 1s\n",
      name, user, port, ca.string());
}

HomeOptions by_password(const std::string& user, const char* poll_every = "1h") {
  dovecot().set_password(user, "pw");
  auto options = options_for(user);
  options.discovery.clear();
  options.mailbox_keys = fmt::format("    poll_every: {}\n", poll_every);
  return options;
}

bool stored(const Home& home, long count, milliseconds limit = seconds(20)) {
  return eventually([&] { return home.count(kIncomingCount) == count; }, limit);
}

}  // namespace

TEST_CASE("IDLE: a mail is committed within a second of its arrival, though the schedule's turn is in an hour") {
  const auto user = new_user();
  deliver_mails(user, 3);
  auto options = options_for(user);
  options.mailbox_keys = "    poll_every: 1h\n";
  const Home home = signed_in_home(options);
  Daemon daemon(home);
  REQUIRE(stored(home, 3));
  for (int i = 3; i < 6; ++i) {
    std::this_thread::sleep_for(milliseconds(700));
    deliver_mails(user, 1, i);
    const auto arrived = std::chrono::steady_clock::now();
    CHECK(stored(home, i + 1, seconds(5)));
    const auto took = std::chrono::steady_clock::now() - arrived;
    // Dovecot itself looks into a Maildir twice a second.
    CHECK(std::chrono::duration<double>(took).count() < 1.5);
  }
  CHECK(daemon.end() < 5);
  CHECK(flagged(user, 'S') == 6);
}

TEST_CASE("idle: false, and POP3: by the schedule") {
  const auto user = new_user();
  auto options = by_password(user, "1s");
  SUBCASE("idle: false") { options.mailbox_keys += "    idle: false\n"; }
  SUBCASE("pop3") {
    options.protocol = "pop3";
    options.port = dovecot().pop3s_port();
    options.after = "keep";
  }
  const Home home(options);
  Daemon daemon(home);
  for (int i = 0; i < 2; ++i) {
    deliver_mails(user, 1, i);
    CHECK_MESSAGE(stored(home, i + 1), daemon.log());
  }
  CHECK(daemon.end() < 5);
}

TEST_CASE("a server that goes and comes again: the daemon goes on, nothing twice") {
  poller::support::Dovecot own;
  own.set_password("desk@example.test", "pw");
  own.deliver("desk@example.test", poller::support::make_mail(0));
  HomeOptions options;
  options.address = "desk@example.test";
  options.port = own.imaps_port();
  options.ca_file = own.ca_file();
  options.mailbox_keys = "    poll_every: 1s\n";
  const Home home(options);
  Daemon daemon(home);
  REQUIRE(stored(home, 1));
  own.stop();
  CHECK(eventually([&] { return daemon.says("kind=unreachable"); }));
  own.start();
  own.deliver("desk@example.test", poller::support::make_mail(1));
  CHECK(stored(home, 2, seconds(40)));
  CHECK(eventually([&] { return daemon.says("works again"); }));
  CHECK(daemon.end() < 5);
}

TEST_CASE("a server that is suspended delays no other mailbox, and is noticed") {
  poller::support::Dovecot own;
  own.set_password("slow@example.test", "pw");
  const auto user = new_user();
  auto options = by_password(user, "1s");
  options.mailbox_keys += another_mailbox("slow", "slow@example.test", own.imaps_port(), own.ca_file());
  options.more = kQuick;
  const Home home(options);
  Daemon daemon(home);
  REQUIRE(eventually([&] { return home.count("SELECT count(*) FROM mailbox_status WHERE last_success > 0") == 2; }));
  own.suspend(true);
  for (int i = 0; i < 3; ++i) {
    deliver_mails(user, 1, i);
    CHECK(stored(home, i + 1, seconds(4)));
  }
  CHECK(eventually([&] { return daemon.says("mailbox=slow kind="); }, seconds(30)));
  own.suspend(false);
  own.deliver("slow@example.test", poller::support::make_mail(7));
  CHECK(stored(home, 4, seconds(40)));
  CHECK(daemon.end() < 10);
}

TEST_CASE("SIGTERM while a server hangs: ended in time") {
  poller::support::Dovecot own;
  own.set_password("slow@example.test", "pw");
  own.suspend(true);
  HomeOptions options;
  options.address = "slow@example.test";
  options.port = own.imaps_port();
  options.ca_file = own.ca_file();
  const Home home(options);
  Daemon daemon(home);
  std::this_thread::sleep_for(seconds(1));
  CHECK(daemon.end() < 59);
  CHECK_FALSE(daemon.running());
  own.suspend(false);
  // It was we who did not wait: the server is not to blame.
  CHECK_MESSAGE(daemon.says(" info    stopped in mid-pass mailbox="), daemon.log());
  CHECK_FALSE(daemon.says("kind="));
  CHECK(home.count("SELECT count(*) FROM mailbox_status WHERE last_error <> ''") == 0);
}

TEST_CASE("SIGHUP while a server hangs: the other mailboxes go on soon") {
  poller::support::Dovecot own;
  own.set_password("slow@example.test", "pw");
  const auto user = new_user();
  auto options = by_password(user, "1s");
  options.mailbox_keys +=
      another_mailbox("slow", "slow@example.test", own.imaps_port(), own.ca_file()) + "    idle: false\n";
  const Home home(options);
  Daemon daemon(home);
  REQUIRE(eventually([&] { return home.count("SELECT count(*) FROM mailbox_status WHERE last_success > 0") == 2; }));
  own.suspend(true);
  std::this_thread::sleep_for(seconds(3));  // its turn hangs
  daemon.signal(SIGHUP);
  std::this_thread::sleep_for(milliseconds(200));  // the old round takes no further turn
  deliver_mails(user, 1, 0);
  CHECK(stored(home, 1, seconds(9)));
  CHECK(daemon.says("the configuration was read anew"));
  own.suspend(false);
  own.deliver("slow@example.test", poller::support::make_mail(7));
  CHECK(stored(home, 2, seconds(40)));
  CHECK_MESSAGE(!daemon.says(" error   "), daemon.log());
  CHECK(daemon.end() < 10);
}

TEST_CASE("a sign-in that is needed is waited for, and noticed when it was made") {
  const auto user = new_user();
  deliver_mails(user, 2);
  auto options = options_for(user);
  options.mailbox_keys = "    poll_every: 1h\n";
  const Home home(options);
  Daemon daemon(home);
  REQUIRE(eventually([&] { return daemon.says("kind=sign-in"); }));
  home.login(oauth().mint(user).refresh_token);
  CHECK(stored(home, 2, seconds(15)));
  CHECK(daemon.end() < 5);
}

TEST_CASE("two daemons on one store, killed and restarted: every mail once") {
  const auto user = new_user();
  const Home home(by_password(user, "1s"));
  {
    Daemon one(home, {}, "one.log");
    Daemon two(home, {}, "two.log");
    int delivered = 0;
    for (int round = 0; round < 3; ++round) {
      deliver_mails(user, 40, delivered);
      delivered += 40;
      std::this_thread::sleep_for(milliseconds(300));
      Daemon third(home, {}, "third.log");
      std::this_thread::sleep_for(milliseconds(200));
      third.signal(SIGKILL);
    }
    CHECK(stored(home, 120, seconds(60)));
    one.signal(SIGKILL);
    CHECK(two.end() < 10);
  }
  CHECK(home.count("SELECT count(DISTINCT message_id) FROM message_v1 WHERE direction = 'in'") == 120);
  CHECK(home.count(kIncomingCount) == 120);
}
