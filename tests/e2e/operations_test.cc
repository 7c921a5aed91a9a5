// The daemon as its operator sees it: health and metrics over HTTP, SIGHUP, care of the storage while it runs.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "../support/net.h"
#include "../support/scripted_server.h"
#include "daemon.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in

namespace {

std::string http_get(std::uint16_t port, const std::string& path) {
  const int fd = poller::support::connect_to(port);
  if (fd < 0) return {};
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  std::string out;
  char buffer[4096];
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
    for (ssize_t n = ::recv(fd, buffer, sizeof buffer, 0); n > 0; n = ::recv(fd, buffer, sizeof buffer, 0)) {
      out.append(buffer, static_cast<std::size_t>(n));
    }
  }
  ::close(fd);
  return out;
}

/// A home whose mailbox is a drop folder.
class FolderHome {
 public:
  explicit FolderHome(const std::string& more = "") {
    home_.configure({});
    std::filesystem::create_directories(home_.path() / "mail");
    configure(more);
  }
  void configure(const std::string& more, const char* name = "files") {
    poller::support::write_text(home_.path() / "poller.yaml",
                                fmt::format("version: 1\nstorage: sqlite:var/poller.db\nmailboxes:\n"
                                            "  - {{name: {}, protocol: directory, path: mail, poll_every: 1s}}\n{}",
                                            name, more));
  }
  void drop(int n) {
    poller::support::write_text(
        home_.path() / "mail" / fmt::format("{}.eml", n),
        fmt::format("From: a@example.test\r\nSubject: {0}\r\nMessage-ID: <{0}@example.test>\r\n\r\nhello\r\n", n));
  }
  Home& home() { return home_; }

 private:
  Home home_{HomeOptions{}};
};

}  // namespace

TEST_CASE("health and metrics of a running daemon") {
  const auto port = poller::support::free_port();
  FolderHome folder(fmt::format("http: {{listen: 127.0.0.1:{}}}\n", port));
  folder.drop(1);
  Daemon daemon(folder.home());
  REQUIRE(eventually([&] { return folder.home().count(kIncomingCount) == 1; }));
  CHECK(eventually([&] {
    return http_get(port, "/metrics").find("poller_mail_fetched_total{mailbox=\"files\"} 1\n") != std::string::npos;
  }));
  const std::string metrics = http_get(port, "/metrics");
  CHECK(metrics.find("poller_tickets_created_total{queue=\"support\"} 1\n") != std::string::npos);
  CHECK(metrics.find("poller_outbox_pending 0\n") != std::string::npos);
  CHECK(http_get(port, "/healthz/live").rfind("HTTP/1.1 200", 0) == 0);
  CHECK(http_get(port, "/healthz/ready").rfind("HTTP/1.1 200", 0) == 0);
  std::filesystem::rename(folder.home().path() / "mail", folder.home().path() / "gone");
  CHECK(eventually([&] { return http_get(port, "/healthz/ready").rfind("HTTP/1.1 503", 0) == 0; }));
  CHECK(http_get(port, "/healthz/ready").find("\"mailbox\":\"files\"") != std::string::npos);
  CHECK(daemon.end() < 10);
}

TEST_CASE("SIGHUP: a configuration with an error changes nothing, a good one takes effect; counters stay") {
  const auto port = poller::support::free_port();
  const std::string http = fmt::format("http: {{listen: 127.0.0.1:{}}}\n", port);
  FolderHome folder(http);
  folder.drop(1);
  Daemon daemon(folder.home());
  REQUIRE(eventually([&] { return folder.home().count(kIncomingCount) == 1; }));
  folder.configure(http + "no_such_key: 1\n");
  daemon.signal(SIGHUP);
  CHECK(eventually([&] { return daemon.says("the old one stays in force"); }));
  folder.drop(2);
  CHECK(eventually([&] { return folder.home().count(kIncomingCount) == 2; }));
  folder.configure(http, "renamed");
  daemon.signal(SIGHUP);
  CHECK(eventually([&] { return daemon.says("the configuration was read anew"); }));
  folder.drop(3);
  CHECK(eventually([&] { return daemon.says("mailbox=renamed"); }));
  CHECK(http_get(port, "/metrics").find("poller_mail_fetched_total{mailbox=\"files\"} 2\n") != std::string::npos);
  CHECK(daemon.end() < 10);
}

TEST_CASE("an address that is taken: an error at the start, the old configuration after SIGHUP") {
  const auto port = poller::support::free_port();
  const auto http = [](std::uint16_t p) { return fmt::format("http: {{listen: 127.0.0.1:{}}}\n", p); };
  FolderHome folder(http(port));
  folder.drop(1);
  Daemon daemon(folder.home());
  REQUIRE(eventually([&] { return folder.home().count(kIncomingCount) == 1; }));
  FolderHome other(http(port));
  const auto refused = other.home().run({"run"});
  CHECK(refused.exit_code == 78);
  CHECK_MESSAGE(holds(refused.err, "Address already in use"), refused.err);
  const auto taken = poller::support::free_port();
  FolderHome third(http(taken));
  Daemon neighbour(third.home());
  REQUIRE(eventually([&] { return neighbour.says("health and metrics are served"); }));
  for (int i = 0; i < 3; ++i) {
    folder.configure(http(taken));
    daemon.signal(SIGHUP);
    CHECK(eventually([&] { return daemon.says("the new configuration cannot be used"); }));
    folder.drop(2 + i);
    CHECK(eventually([&] { return folder.home().count(kIncomingCount) == 2 + i; }));
  }
  CHECK(http_get(port, "/healthz/live").rfind("HTTP/1.1 200", 0) == 0);
  CHECK(daemon.end() < 10);
}

TEST_CASE("SIGHUP while an SMTP server hangs: mail is fetched all the same, and the mail in hand is sent once") {
  poller::support::TestCa ca;
  std::atomic<bool> over{false};
  std::atomic<int> taken{0};
  poller::support::ScriptedServer hung(poller::support::ScriptedTls{ca.server()}, [&](auto& to) {
    to.say("220 ready");
    for (std::string line = to.line(); line != "QUIT"; line = to.line()) {
      if (line == "AUTH PLAIN") {
        to.say("334 ");
        to.line();
        to.say("235 welcome");
        continue;
      }
      if (line == "DATA") {
        to.say("354 go on");
        while (to.line() != ".") {
        }
        ++taken;
        while (!over) std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
      to.say(line.rfind("EHLO", 0) == 0 ? "250 AUTH PLAIN" : "250 done");
    }
    to.say("221 bye");
    to.close();
  });
  FolderHome folder;
  auto text = poller::support::read_text(folder.home().path() / "poller.yaml");
  text.replace(text.find("poll_every: 1s"), 14,
               fmt::format("poll_every: 1s, address: desk@example.test, auth: password, password: {{file: password}}, "
                           "smtp: {{host: localhost, port: {}, tls: implicit, ca_file: {}}}",
                           hung.port(), ca.ca_file().string()));
  poller::support::write_text(folder.home().path() / "poller.yaml", text);
  folder.drop(1);
  Daemon daemon(folder.home());
  REQUIRE(eventually([&] { return folder.home().count(kIncomingCount) == 1; }));
  poller::support::write_text(folder.home().path() / "reply.txt", "Hello\n");
  const auto replied = folder.home().run({"reply", "1", "--text-file", "reply.txt"});
  REQUIRE_MESSAGE(replied.exit_code == 0, replied.err);
  REQUIRE_MESSAGE(eventually([&] { return taken == 1; }), daemon.log());
  daemon.signal(SIGHUP);
  CHECK(eventually([&] { return daemon.says("the configuration was read anew"); }, std::chrono::seconds(10)));
  folder.drop(2);
  CHECK(eventually([&] { return folder.home().count(kIncomingCount) == 2; }, std::chrono::seconds(10)));
  std::this_thread::sleep_for(std::chrono::seconds(2));  // the new round looks into the outbox every second
  CHECK(taken == 1);
  over = true;
  CHECK(eventually([&] { return folder.home().count("SELECT count(*) FROM outbox WHERE state = 'sent'") == 1; }));
  CHECK(taken == 1);
  CHECK(daemon.end() < 10);
}

TEST_CASE("SIGHUP with a storage that cannot be opened leaves the old configuration in force") {
  FolderHome folder("");
  folder.drop(1);
  Daemon daemon(folder.home());
  REQUIRE(eventually([&] { return folder.home().count(kIncomingCount) == 1; }));
  const auto file = folder.home().path() / "poller.yaml";
  const auto good = poller::support::read_text(file);
  auto text = good;
  text.replace(text.find("var/poller.db"), 13, "/proc/nowhere/poller.db");
  poller::support::write_text(file, text);
  daemon.signal(SIGHUP);
  CHECK_MESSAGE(eventually([&] { return daemon.says("the new configuration cannot be used"); }), daemon.log());
  poller::support::write_text(file, good);
  folder.drop(2);
  CHECK(eventually([&] { return folder.home().count(kIncomingCount) == 2; }));
  CHECK(daemon.end() < 10);
}

TEST_CASE("a storage that fails ends the daemon, which waits for no signal then") {
  FolderHome folder("");
  folder.drop(1);
  Daemon daemon(folder.home());
  REQUIRE(eventually([&] { return folder.home().count(kIncomingCount) == 1; }));
  // With the index of its log gone, SQLite reads the damaged files anew instead of what it holds in memory.
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::fstream file(folder.home().path() / (std::string("var/poller.db") + suffix), std::ios::in | std::ios::out);
    file << std::string(65536, 'x');
  }
  folder.drop(2);
  CHECK(eventually([&] { return !daemon.running(); }));
  CHECK_MESSAGE(daemon.says("restore a backup"), daemon.log());
}

TEST_CASE("a mail dropped into a folder is a ticket at once, though the schedule's turn is in an hour") {
  FolderHome folder;
  auto text = poller::support::read_text(folder.home().path() / "poller.yaml");
  text.replace(text.find("1s"), 2, "1h");
  poller::support::write_text(folder.home().path() / "poller.yaml", text);
  folder.drop(1);
  Daemon daemon(folder.home());
  REQUIRE(eventually([&] { return folder.home().count(kIncomingCount) == 1; }));
  for (int i = 2; i < 5; ++i) {
    folder.drop(i);
    CHECK(eventually([&] { return folder.home().count(kIncomingCount) == i; }, std::chrono::seconds(3)));
  }
  CHECK(daemon.end() < 10);
}

TEST_CASE("db check, backup, vacuum and prune while the daemon runs") {
  FolderHome folder;
  for (int i = 0; i < 20; ++i) folder.drop(i);
  Daemon daemon(folder.home());
  REQUIRE(eventually([&] { return folder.home().count(kIncomingCount) == 20; }));
  const auto run = [&](poller::support::Arguments arguments) {
    const auto result = folder.home().run(arguments);
    CHECK_MESSAGE(result.exit_code == 0, result.err);
    return result.out;
  };
  CHECK(run({"db", "check", "--json"}).find("\"ok\":true") != std::string::npos);
  run({"db", "backup", "copy.db"});
  run({"db", "vacuum"});
  run({"db", "prune"});
  folder.drop(21);
  CHECK(eventually([&] { return folder.home().count(kIncomingCount) == 21; }));
  CHECK(folder.home().run({"db", "backup", "copy.db"}).exit_code == 64);
  CHECK(daemon.end() < 10);
}
