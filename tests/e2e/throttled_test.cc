// A provider that answers 429: for how long it wants to be left alone stands where a person looks.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <string>

#include "../support/scripted_server.h"
#include "daemon.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using poller::support::Conversation;
using poller::support::ScriptedServer;

namespace {

// Says in the first line what was asked for; the rest of the request is read.
std::string asked_for(Conversation& to) {
  std::size_t length = 0;
  const std::string first = to.line();
  for (std::string line = to.line(); !line.empty(); line = to.line()) {
    if (line.rfind("Content-Length: ", 0) == 0) length = std::stoul(line.substr(16));
  }
  to.bytes(length);
  return first;
}

std::string answer_of(const std::string& status, const std::string& body, const std::string& more = "") {
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{}Connection: close\r\n\r\n{}", status,
      body.size(), more, body);
}

}  // namespace

TEST_CASE("check --online and --once say for how long a provider wants to be left alone") {
  std::atomic<int> port{0};
  std::atomic<bool> throttles{false};
  ScriptedServer provider(std::nullopt, [&](Conversation& to) {
    if (holds(asked_for(to), "/openid")) {
      to.send(answer_of("200 OK", fmt::format(R"({{"token_endpoint":"http://127.0.0.1:{}/token"}})", port.load())));
    } else if (throttles) {
      to.send(answer_of("429 Too Many Requests", "{}", "Retry-After: 300\r\n"));
    } else {
      to.send(
          answer_of("200 OK", R"({"token_type":"Bearer","expires_in":3600,"access_token":"a","refresh_token":"r"})"));
    }
    to.close();
  });
  port = provider.port();
  HomeOptions options = options_for(new_user());
  options.discovery = fmt::format("http://127.0.0.1:{}/openid", provider.port());
  const Home home(options, "refresh-1");
  throttles = true;
  const auto checked = home.run({"check", "--online"});
  CHECK(checked.exit_code == 75);
  CHECK_MESSAGE(holds(checked.out, "FAIL token"), checked.out);
  CHECK_MESSAGE(holds(checked.out, "The server asks to wait for 300 s, until 20"), checked.out);
  const auto once = home.run({"--once"});
  CHECK(once.exit_code == 75);
  CHECK_MESSAGE(holds(once.err, "The server asks to wait for "), once.err);
  CHECK_MESSAGE(holds(once.err, " mailbox=support kind=throttled"), once.err);
}

TEST_CASE("a provider that answers 429 without a time is throttled all the same, and nothing is made up") {
  std::atomic<bool> discovers{true};
  std::atomic<int> port{0};
  ScriptedServer provider(std::nullopt, [&](Conversation& to) {
    if (!holds(asked_for(to), "/openid")) {
      to.send(
          answer_of("200 OK", R"({"token_type":"Bearer","expires_in":3600,"access_token":"a","refresh_token":"r"})"));
    } else if (discovers) {
      to.send(answer_of("200 OK", fmt::format(R"({{"token_endpoint":"http://127.0.0.1:{}/token"}})", port.load())));
    } else {
      to.send(answer_of("429 Too Many Requests", "{}"));
    }
    to.close();
  });
  port = provider.port();
  HomeOptions options = options_for(new_user());
  options.discovery = fmt::format("http://127.0.0.1:{}/openid", provider.port());
  const Home home(options, "refresh-1");
  discovers = false;
  const auto once = home.run({"--log-level", "trace", "--once"});
  CHECK(once.exit_code == 75);
  CHECK_MESSAGE(holds(once.err, " mailbox=support kind=throttled"), once.err);
  CHECK_FALSE(holds(once.err, "asks to wait"));
  CHECK(holds(home.run({"status"}).out, "throttled"));
  // No mailbox is known where the provider is asked: the line names it instead.
  CHECK_MESSAGE(holds(once.err, fmt::format("http > host=127.0.0.1:{} connection=1 line=\"GET /openid\"", port.load())),
                once.err);
  CHECK_MESSAGE(holds(once.err, " connection=1 line=\"429 application/json (2 bytes)\""), once.err);
}

TEST_CASE("a mail server that asks to be left alone is, also by --once, until the time it named") {
  poller::support::TestCa ca;
  ScriptedServer server(poller::support::ScriptedTls{ca.server(), true, false}, [](Conversation& to) {
    to.say("* OK ready");
    for (std::string line = to.line();; line = to.line()) {
      const std::string tag = line.substr(0, line.find(' '));
      if (holds(line, " CAPABILITY")) {
        to.say("* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN");
        to.say(tag + " OK done");
      } else {
        to.say(tag + " BAD Request is throttled. Suggested Backoff Time: 600000 milliseconds");
      }
    }
  });
  HomeOptions options;
  options.port = server.port();
  options.ca_file = ca.ca_file();
  const Home home(options);
  const auto first = home.run({"--once"});
  CHECK(first.exit_code == 75);
  CHECK_MESSAGE(holds(first.err, "The server asks to wait for 600 s, until 20"), first.err);
  REQUIRE(server.connections() == 1);
  for (const poller::support::Arguments& arguments :
       {poller::support::Arguments{"--once"}, {"--once", "--mailbox", "support"}, {"--once", "--dry-run"}}) {
    const auto again = home.run(arguments);
    CHECK(again.exit_code == 75);
    CHECK_MESSAGE(holds(again.err, "the server has asked to wait until 20"), again.err);
    CHECK_MESSAGE(holds(again.out, "support: skipped, the server has asked to wait until 20"), again.out);
  }
  CHECK(server.connections() == 1);
  CHECK_MESSAGE(holds(home.run({"status"}).out, "throttled"), home.run({"status"}).out);
  {
    Daemon daemon(home);
    CHECK(eventually([&] { return daemon.says("the server has asked to wait"); }));
    daemon.signal(SIGHUP);
    CHECK(eventually([&] { return daemon.says("the configuration was read anew"); }));
    std::this_thread::sleep_for(std::chrono::seconds(1));
    CHECK(daemon.end() < 5);
  }
  CHECK(server.connections() == 1);
  CHECK(home.run({"check", "--online"}).exit_code == 75);  // a person may look at once
  CHECK(server.connections() == 2);
}
