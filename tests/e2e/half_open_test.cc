// Connections that stand although nobody is there any more: packets vanish, as when a firewall forgot a connection or a
// line was cut. No FIN, no RST, no ICMP: only the deadlines tell.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>

#include "../support/dovecot.h"
#include "../support/mail_maker.h"
#include "../support/private_network.h"
#include "daemon.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using poller::support::Dovecot;
using poller::support::PrivateNetwork;
using std::chrono::seconds;

namespace {

constexpr const char* kFar[] = {"idle", "polled", "pop3"};

std::string address(const std::string& name) { return name + "@example.test"; }

std::string mailbox(const std::string& name, const char* keys, std::uint16_t port, const Dovecot& server) {
  return fmt::format(
      "  - {{name: {0}, address: {0}@example.test, server: {{host: localhost, port: {1}, ca_file: {2}}}, "
      "auth: password, password: {{file: password}}, poll_every: 1s, {3}}}\n",
      name, port, server.ca_file().string(), keys);
}

/// A mailbox of each kind on the far server, one on the near.
Home home_of(Dovecot& far, Dovecot& near) {
  for (const auto* name : kFar) far.set_password(address(name), "pw");
  near.set_password(address("near"), "pw");
  HomeOptions options;
  options.address = address("near");
  options.port = near.imaps_port();
  options.ca_file = near.ca_file();
  options.mailbox_keys = "    poll_every: 1s\n" + mailbox("idle", "after: seen", far.imaps_port(), far) +
                         mailbox("polled", "idle: false, after: seen", far.imaps_port(), far) +
                         mailbox("pop3", "protocol: pop3, after: keep", far.pop3s_port(), far);
  options.more = "deadlines: {connect: 2s, command: 1s, body_progress: 2s, idle_renew: 2s}\n";
  return Home(options);
}

bool stored(const Home& home, long count, seconds limit) {
  return eventually([&] { return home.count(kIncomingCount) == count; }, limit);
}

long sockets_of(pid_t pid) {
  long count = 0;
  std::error_code gone;  // a descriptor that is closed meanwhile
  for (const auto& entry : std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", pid)))
    if (std::filesystem::read_symlink(entry.path(), gone).string().starts_with("socket:")) ++count;
  return count;
}

void vanish_and_return(PrivateNetwork& network) {
  Dovecot far;
  Dovecot near;
  const Home home = home_of(far, near);
  const std::vector<std::uint16_t> gone = {far.imaps_port(), far.pop3s_port()};
  Daemon daemon(home);
  REQUIRE(eventually([&] { return home.count("SELECT count(*) FROM mailbox_status WHERE last_success > 0") == 4; }));
  const long sockets = sockets_of(daemon.pid());

  network.drop(gone);
  for (int i = 0; i < 3; ++i) far.deliver(address(kFar[i]), poller::support::make_mail(10 + i));
  for (int i = 0; i < 3; ++i) {
    near.deliver(address("near"), poller::support::make_mail(i));
    CHECK_MESSAGE(stored(home, i + 1, seconds(4)), "another mailbox was delayed");
  }
  for (const auto* name : kFar)
    CHECK_MESSAGE(eventually([&] { return daemon.says(fmt::format("mailbox={} kind=", name)); }, seconds(30)), name,
                  " was not found out: ", daemon.log());
  CHECK(home.count(kIncomingCount) == 3);

  network.pass();
  CHECK_MESSAGE(stored(home, 6, seconds(60)), daemon.log());
  // The attempts leave none behind.
  CHECK(eventually([&] { return sockets_of(daemon.pid()) <= sockets; }));
  network.drop(gone);
  CHECK(daemon.end() < 20);

  network.pass();
  CHECK(home.run({"--once"}).exit_code == 0);
  CHECK(home.count("SELECT count(DISTINCT message_id) FROM message_v1 WHERE direction = 'in'") == 6);
  CHECK(home.count(kIncomingCount) == 6);
  for (const auto* name : {"idle", "polled"}) {
    const auto mails = far.mails(address(name));
    REQUIRE(mails.size() == 1);
    CHECK(mails.front().flags == "S");
  }
}

}  // namespace

TEST_CASE("half-open connections: found out by the deadlines, nobody else is delayed, every mail comes in once") {
  const auto why = PrivateNetwork::run(vanish_and_return);
  if (!why.empty()) MESSAGE("skipped: ", why);
}
