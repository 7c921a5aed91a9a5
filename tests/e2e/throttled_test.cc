// A provider that answers 429: for how long it wants to be left alone stands where a person looks.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <string>

#include "../support/scripted_server.h"
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
}
