// Ready, or why not; the HTTP server that says so.
#include "service/health.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "service/http.h"
#include "tests/support/net.h"
#include "tests/support/temp_dir.h"

using namespace poller;  // NOLINT(google-build-using-namespace): the room under test

namespace {

constexpr UnixTime kNow = 1'800'000'000;

config::Config one_mailbox() {
  config::Config config;
  config::Mailbox mailbox;
  mailbox.name = "support";
  mailbox.poll_every = std::chrono::seconds(60);
  config.mailboxes.push_back(mailbox);
  return config;
}

std::string asked_on(int fd, const std::string& request) {
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) return {};
  std::string out;
  char buffer[4096];
  for (ssize_t n = ::recv(fd, buffer, sizeof buffer, 0); n > 0; n = ::recv(fd, buffer, sizeof buffer, 0)) {
    out.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(fd);
  return out;
}

std::string ask(std::uint16_t port, const std::string& method, const std::string& path) {
  return asked_on(support::connect_to(port), method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
}

}  // namespace

TEST_CASE("a mailbox without success for three intervals makes it unready, a success ready again") {
  const auto config = one_mailbox();
  const support::TempDir folder("health");
  const auto store = open_sqlite_store((folder / "store.db").string());
  Health health(config, kNow);
  CHECK(health.unready(store.get(), kNow + 180).empty());  // it has just begun
  const auto late = health.unready(store.get(), kNow + 181);
  REQUIRE(late.size() == 1);
  CHECK(late[0].mailbox == "support");
  const PassSummary summary;
  health.turn({config.mailboxes[0], summary}, kNow + 200);
  CHECK(health.unready(store.get(), kNow + 380).empty());
  const Error error(ErrorKind::unreachable, "connection refused");
  health.turn({config.mailboxes[0], summary, &error}, kNow + 381);
  const auto reasons = health.unready(store.get(), kNow + 400);
  REQUIRE(reasons.size() == 1);
  CHECK(reasons[0].reason.find("connection refused") != std::string::npos);
  const auto json = nlohmann::json::parse(to_json(reasons));
  CHECK(json["ready"] == false);
  CHECK(json["reasons"][0]["mailbox"] == "support");
}

TEST_CASE("while the server tells of news the interval is the renewal's") {
  const auto config = one_mailbox();
  Health health(config, kNow);
  const PassSummary summary;
  TurnReport watching{config.mailboxes[0], summary};
  watching.watching = true;
  health.turn(watching, kNow);
  CHECK(health.unready(nullptr, kNow + 1799).size() == 1);  // the storage alone
  CHECK(health.unready(nullptr, kNow + 1801).size() == 2);
}

TEST_CASE("a watch that breaks was good until then: its first failure is not the third interval without success") {
  const auto config = one_mailbox();
  Health health(config, kNow);
  const PassSummary summary;
  TurnReport watching{config.mailboxes[0], summary};
  watching.watching = true;
  health.turn(watching, kNow);
  const Error error(ErrorKind::unreachable, "connection refused");
  for (const UnixTime at : {500, 560}) health.turn({config.mailboxes[0], summary, &error}, kNow + at);
  CHECK(health.failing_mailboxes(nullptr, kNow + 680).empty());
  const auto failing = health.failing_mailboxes(nullptr, kNow + 681);
  REQUIRE(failing.size() == 1);
  CHECK(failing[0].reason.find(rfc3339(kNow)) != std::string::npos);
}

TEST_CASE("another process's success counts too; a storage that cannot be written does not pass") {
  const auto config = one_mailbox();
  const support::TempDir folder("health");
  const auto store = open_sqlite_store((folder / "store.db").string());
  {
    auto tx = store->begin();
    MailboxStatus status;
    status.name = "support";
    status.last_success = kNow + 900;
    tx->set_mailbox_status(status);
    tx->commit();
  }
  Health health(config, kNow);
  CHECK(health.unready(store.get(), kNow + 1000).empty());
  CHECK(health.unready(nullptr, kNow + 1001).size() >= 1);
  health.disk_low(true);
  CHECK(health.unready(store.get(), kNow + 1002).size() == 1);
}

TEST_CASE("it lives while the scheduler turns") {
  const auto config = one_mailbox();
  Health health(config, kNow);
  const auto now = std::chrono::steady_clock::now();
  CHECK(health.lives(now));
  CHECK_FALSE(health.lives(now + std::chrono::minutes(3)));
  health.alive(now + std::chrono::minutes(3));
  CHECK(health.lives(now + std::chrono::minutes(4)));
}

TEST_CASE("the HTTP server: GET and HEAD of what there is, nothing else") {
  const auto port = support::free_port();
  const HttpServer server("127.0.0.1:" + std::to_string(port),
                          {{"/a", [] {
                              return HttpAnswerText{503, "application/json", "{}\n"};
                            }}});
  const std::string answer = ask(port, "GET", "/a");
  CHECK(answer.rfind("HTTP/1.1 503", 0) == 0);
  CHECK(answer.find("application/json") != std::string::npos);
  CHECK(answer.find("\r\n\r\n{}\n") != std::string::npos);
  CHECK(ask(port, "HEAD", "/a").find("{}") == std::string::npos);
  CHECK(ask(port, "GET", "/b").rfind("HTTP/1.1 404", 0) == 0);
  CHECK(ask(port, "POST", "/a").rfind("HTTP/1.1 405", 0) == 0);
  CHECK_THROWS_AS(HttpServer("127.0.0.1:" + std::to_string(port), {}), Error);
}

TEST_CASE("a Unix socket: not for others, replaced when nobody listens there any more") {
  const support::TempDir folder("http");
  const std::string path = (folder / "socket").string();
  for (int round = 0; round < 2; ++round) {
    const HttpServer server("unix:" + path, {{"/a", [] { return HttpAnswerText{200, "text/plain", "hello"}; }}});
    CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms(0007)) == std::filesystem::perms::none);
    CHECK_THROWS_AS(HttpServer("unix:" + path, {}), Error);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    CHECK(asked_on(fd, "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").find("hello") != std::string::npos);
  }
  support::write_text(folder / "file", "kept");
  CHECK_THROWS_AS(HttpServer("unix:" + (folder / "file").string(), {}), Error);
  CHECK(support::read_text(folder / "file") == "kept");
}

TEST_CASE("clients that connect and say nothing hold up no health probe") {
  const auto port = support::free_port();
  const HttpServer server("127.0.0.1:" + std::to_string(port), {{"/a", [] {
                                                                   return HttpAnswerText{200, "text/plain", "hello"};
                                                                 }}});
  for (const int silent : {32, 200}) {
    std::vector<int> open;
    for (int i = 0; i < silent; ++i) open.push_back(support::connect_to(port));
    const auto start = std::chrono::steady_clock::now();
    CHECK(ask(port, "GET", "/a").find("hello") != std::string::npos);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(4));
    if (silent == 32) CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
    for (const int fd : open) ::close(fd);
  }
}

TEST_CASE("a daemon of two thousand mailboxes, with as many descriptors, is asked for its health like any other") {
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  const rlimit before = files;
  files.rlim_cur = files.rlim_max;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &files) == 0);
  std::vector<int> taken;
  while (taken.empty() || (taken.back() >= 0 && taken.back() < 1100)) taken.push_back(::dup(STDIN_FILENO));
  if (taken.back() < 0) {
    MESSAGE("skipped: no more than 1,024 descriptors here");
  } else {
    const auto port = support::free_port();
    const HttpServer server("127.0.0.1:" + std::to_string(port), {{"/a", [] {
                                                                     return HttpAnswerText{200, "text/plain", "hello"};
                                                                   }}});
    CHECK(ask(port, "GET", "/a").find("hello") != std::string::npos);
  }
  for (const int fd : taken) ::close(fd);
  ::setrlimit(RLIMIT_NOFILE, &before);
}
