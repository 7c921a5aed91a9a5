// A day in little time: fifty mailboxes, mail in every hour, restarts; nothing lost, nothing twice, memory and
// descriptors flat. POLLER_FULL=1 makes it 100,000 mails and a restart every third hour.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "../support/mail_maker.h"
#include "daemon.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using std::chrono::minutes;

namespace {

constexpr int kDesks = 50;
constexpr int kHours = 24;

struct Use {
  long memory_kb = 0;
  long descriptors = 0;
};

Use use_of(pid_t pid) {
  Use use;
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmRSS:", 0) == 0) use.memory_kb = std::stol(line.substr(6));
  // poller lets nobody but root look into its process, and so at its descriptors.
  if (::geteuid() != 0) return use;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", pid)))
    ++use.descriptors;
  return use;
}

std::string desk_user(int desk) { return fmt::format("desk{}@example.test", desk); }

HomeOptions fifty_desks(poller::support::Dovecot& server) {
  HomeOptions options;
  options.address = desk_user(0);
  options.port = server.imaps_port();
  options.ca_file = server.ca_file();
  options.mailbox_keys = "    poll_every: 1s\n";
  for (int i = 1; i < kDesks; ++i) {
    const bool pop3 = i % 10 == 5;
    options.mailbox_keys += fmt::format(
        "  - {{name: desk{}, protocol: {}, address: {}, server: {{host: localhost, port: {}, ca_file: {}}}, auth: "
        "password, password: {{file: password}}, poll_every: 1s, after: {}, idle: {}}}\n",
        i, pop3 ? "pop3" : "imap", desk_user(i), pop3 ? server.pop3s_port() : server.imaps_port(),
        server.ca_file().string(), pop3 ? "delete" : "seen", i % 3 == 0 ? "false" : "true");
  }
  return options;
}

}  // namespace

TEST_CASE("a day of fifty mailboxes") {
  const bool full = std::getenv("POLLER_FULL") != nullptr;
  const int in_an_hour = full ? 4167 : 50;
  const int hours_of_a_daemon = full ? 3 : 8;
  poller::support::Dovecot server(
      {"", false, "passdb {\n  driver = static\n  mechanisms = plain login\n  args = password=pw\n}\n"});
  const Home home(fifty_desks(server));
  if (::geteuid() != 0) MESSAGE("its descriptors are not counted: only root may look at them");
  int mails = 0;
  for (int hour = 0; hour < kHours;) {
    Daemon daemon(home);
    Use first;
    for (int i = 0; i < hours_of_a_daemon; ++i, ++hour) {
      CAPTURE(hour);
      for (int n = 0; n < in_an_hour; ++n, ++mails)
        server.deliver(desk_user(mails / 5 % kDesks), poller::support::make_mail(mails));
      REQUIRE_MESSAGE(eventually([&] { return home.count(kIncomingCount) == mails; }, minutes(10)), daemon.log());
      const Use now = use_of(daemon.pid());
      if (i == 0) first = now;
#ifndef __SANITIZE_ADDRESS__  // which keeps what was freed for a while
      CHECK(now.memory_kb < first.memory_kb * 3 / 2 + 40'000);
#endif
      CHECK(now.descriptors < first.descriptors + 2 * kDesks);
    }
    if (hour % (2 * hours_of_a_daemon) == 0)
      daemon.signal(SIGKILL);
    else
      CHECK(daemon.end() < 60);
  }
  CHECK(home.count("SELECT count(DISTINCT message_id) FROM message_v1 WHERE direction = 'in'") == mails);
  CHECK(home.count(kIncomingCount) == mails);
  CHECK(home.count("SELECT count(*) FROM quarantine") == 0);
  CHECK(home.run({"--once"}).exit_code == 0);
  CHECK(home.count(kIncomingCount) == mails);
}
