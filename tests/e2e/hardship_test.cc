// What a machine may do to the daemon in its years: clocks that jump, names that cannot be resolved, memory and
// descriptors that run out.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <fstream>

#include "../support/mail_maker.h"
#include "../support/proxy.h"
#include "daemon.h"
#include "lib/curl/transport.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using poller::support::Arguments;
using poller::support::Child;
using poller::support::ProcessOptions;
using std::chrono::seconds;

namespace {

constexpr std::int64_t kDay = 86'400;

/// A program without sanitizers, since something is preloaded into it: this build's, or the one that ships.
std::string plain_program() {
#if defined(__SANITIZE_ADDRESS__)
  const auto release = poller::support::source_dir() / "build/release/poller";
  return std::filesystem::exists(release) ? release.string() : std::string();
#else
  return POLLER_BINARY;
#endif
}

/// The daemon under a clock and a resolver of the test's.
class Weather {
 public:
  explicit Weather(const Home& home) : file_(home.path() / "weather"), log_(home.path() / "daemon.log") {
    set(0, false);
    ProcessOptions options;
    options.folder = home.path();
    options.environment = {{"LD_PRELOAD", POLLER_WEATHER_LIBRARY}, {"POLLER_WEATHER", file_.string()}};
    child_.emplace(Arguments{plain_program(), "run"}, log_, options);
  }
  void set(std::int64_t clock, bool no_names) const {
    const std::int64_t both[2] = {clock, no_names ? 1 : 0};
    std::fstream out(file_, std::filesystem::exists(file_) ? std::ios::binary | std::ios::in | std::ios::out
                                                           : std::ios::binary | std::ios::out);
    out.write(reinterpret_cast<const char*>(both), sizeof both);
  }
  [[nodiscard]] std::string log() const { return poller::support::read_text(log_); }
  bool end() {
    child_->signal(SIGTERM);
    return eventually([&] { return !child_->running(); }, seconds(20));
  }

 private:
  std::filesystem::path file_, log_;
  std::optional<Child> child_;
};

HomeOptions often_polled(const std::string& user) {
  dovecot().set_password(user, "pw");
  auto options = options_for(user);
  options.discovery.clear();
  options.mailbox_keys = "    poll_every: 1s\n    idle: false\n";
  return options;
}

bool arrived(const Home& home, long count) {
  return eventually([&] { return home.count(kIncomingCount) == count; }, seconds(60));
}

}  // namespace

TEST_CASE("the clock jumps forward and back: mail comes in all the same, once") {
  if (plain_program().empty()) {
    MESSAGE("skipped: build/release/poller is not built");
    return;
  }
  const auto user = new_user();
  const Home home(often_polled(user));
  Weather weather(home);
  long mails = 0;
  for (const std::int64_t clock : {std::int64_t{0}, 10 * kDay, -kDay / 2, 5 * kDay, std::int64_t{0}}) {
    CAPTURE(clock);
    weather.set(clock, false);
    deliver_mails(user, 2, static_cast<int>(mails));
    mails += 2;
    CHECK_MESSAGE(arrived(home, mails), weather.log());
    const auto seen = std::time(nullptr) + clock;  // what the daemon takes for now
    CHECK(
        eventually([&] { return std::abs(home.count("SELECT max(last_success) FROM mailbox_status") - seen) < 100; }));
  }
  CHECK(weather.end());
  CHECK(home.count("SELECT count(DISTINCT message_id) FROM message_v1 WHERE direction = 'in'") == mails);
  CHECK(flagged(user, 'S') == mails);
}

TEST_CASE("names cannot be resolved for a while: said so, and then it goes on") {
  if (plain_program().empty()) {
    MESSAGE("skipped: build/release/poller is not built");
    return;
  }
  // localhost is a name that libcurl knows by itself: another one is needed.
  poller::support::CertificateRequest request;
  request.name = "mail.example.test";
  request.alternative = "DNS:mail.example.test";
  poller::support::ProxyOptions named;
  named.server_port = dovecot().imap_port();
  named.tls = dovecot().ca().issue("named", request);
  const poller::support::Proxy proxy(named, [](int) { return std::make_unique<poller::support::Filter>(); });
  const auto user = new_user();
  auto options = often_polled(user);
  options.port = proxy.port();
  const Home home(options);
  auto text = poller::support::read_text(home.path() / "poller.yaml");
  text.replace(text.find("localhost"), 9, "mail.example.test");
  poller::support::write_text(home.path() / "poller.yaml", text);
  Weather weather(home);
  deliver_mails(user, 1, 0);
  CHECK_MESSAGE(arrived(home, 1), weather.log());
  weather.set(0, true);
  deliver_mails(user, 1, 1);
  CHECK(eventually([&] { return holds(weather.log(), "cannot be resolved"); }));
  CHECK(home.count(kIncomingCount) == 1);
  weather.set(0, false);
  CHECK_MESSAGE(arrived(home, 2), weather.log());
  CHECK(weather.end());
}

TEST_CASE("too little memory for one mail: the others come in, and with more memory that one does") {
  if (plain_program().empty()) {
    MESSAGE("skipped: build/release/poller is not built");
    return;
  }
  const auto user = new_user();
  dovecot().deliver(user, poller::support::make_large_mail(100, 30'000'000));
  deliver_mails(user, 3);
  const Home home(often_polled(user));
  poller::support::RunOptions options;
  options.folder = home.path();
  std::string said;
  // Once for all of them, in which it fails; then one by one, in a process of their own.
  for (int i = 0; i < 2; ++i) {
    const auto little = poller::support::run_program(
        {"/bin/bash", "-c", "ulimit -v 120000; exec \"$0\" --once", plain_program()}, options);
    CHECK_MESSAGE((little.exit_code == 75 || little.exit_code == 0), little.err);
    said += little.err;
  }
  CHECK_MESSAGE(holds(said, "not enough memory"), said);
  CHECK_FALSE_MESSAGE(holds(said, "taken over"), said);  // by a child that took itself for its parent
  CHECK(home.once().quarantined == 0);
  CHECK(home.count(kIncomingCount) == 4);
  CHECK(flagged(user, 'S') == 4);
}

TEST_CASE("too few descriptors for its mailboxes: no crash, no mail lost, all well with more") {
  constexpr int kBoxes = 24;
  poller::support::Dovecot own(
      {"", false, "passdb {\n  driver = static\n  mechanisms = plain login\n  args = password=pw\n}\n"});
  HomeOptions options;
  options.address = "box@example.test";
  options.port = own.imaps_port();
  options.ca_file = own.ca_file();
  for (int i = 1; i < kBoxes; ++i) {
    options.mailbox_keys += fmt::format(
        "  - {{name: box{0}, address: box{0}@example.test, server: {{host: localhost, port: {1}, ca_file: {2}}}, "
        "auth: password, password: {{file: password}}, poll_every: 1s}}\n",
        i, own.imaps_port(), own.ca_file().string());
    own.deliver(fmt::format("box{}@example.test", i), poller::support::make_mail(i));
  }
  own.deliver("box@example.test", poller::support::make_mail(0));
  const Home home(options);
  ProcessOptions few;
  few.folder = home.path();
  const auto said = [&] { return poller::support::read_text(home.path() / "few.log"); };
  const auto names_cause = [&] { return holds(said(), "open files") || holds(said(), "descriptor"); };
  {
    Child daemon({"/bin/bash", "-c", "ulimit -n 60; exec \"$0\" run", POLLER_BINARY}, home.path() / "few.log", few);
    CHECK_MESSAGE(eventually(names_cause, seconds(60)), said());
    daemon.stop();
  }
  CHECK_FALSE(holds(said(), "Sanitizer"));
  Daemon daemon(home);
  CHECK_MESSAGE(arrived(home, kBoxes), daemon.log());
  CHECK(daemon.end() < 20);
  CHECK(home.count("SELECT count(DISTINCT message_id) FROM message_v1 WHERE direction = 'in'") == kBoxes);
  CHECK(home.run({"db", "check"}).exit_code == 0);
}

TEST_CASE("whatever it is that a descriptor is missing for, the connection is put off for that, and nothing else") {
  poller::TransportOptions options;
  options.host = "localhost";
  options.port = dovecot().imaps_port();
  options.ca_file = dovecot().ca_file().string();
  poller::Transport(options).open();  // what is opened once in a process is open now
  const int next = ::dup(STDIN_FILENO);
  ::close(next);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  int refused = 0;
  bool opened = false;
  for (int more = 0; more < 12 && !opened; ++more) {
    CAPTURE(more);
    const rlimit few{static_cast<rlim_t>(next + more), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
    std::optional<poller::Error> error;
    try {
      poller::Transport(options).open();
    } catch (const poller::Error& e) {
      error = e;
    }
    ::setrlimit(RLIMIT_NOFILE, &before);
    opened = !error;
    if (!error) continue;
    ++refused;
    CHECK_MESSAGE(error->kind() == poller::ErrorKind::temporary, error->what());
    CHECK_MESSAGE(holds(error->what(), "too many open files"), error->what());
    CHECK_MESSAGE(holds(error->advice(), "LimitNOFILE"), error->advice());
  }
  CHECK(opened);
  CHECK(refused > 1);
}
