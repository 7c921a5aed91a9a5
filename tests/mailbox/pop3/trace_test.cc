// The log at level trace: whose line it is, of which connection, and no secret in it in whatever form.
#include <doctest/doctest.h>

#include "base/text.h"
#include "fake_pop3.h"
#include "tests/support/log_text.h"

using namespace poller;             // NOLINT(google-build-using-namespace): the room under test
using namespace poller::pop3_test;  // NOLINT(google-build-using-namespace): its stage
using poller::support::log_of;
using poller::support::times_in;

namespace {

/// What stands behind "connection=" in the log's first line; the same must stand in every other.
std::string only_connection(const std::string& log) {
  const auto at = log.find("connection=");
  REQUIRE_MESSAGE(at != std::string::npos, log);
  const std::string field = log.substr(at, log.find(' ', at) - at);
  CHECK_MESSAGE(times_in(log, field + " line=") == times_in(log, "\n"), log);
  return field;
}

}  // namespace

TEST_CASE("the trace of POP3 names mailbox and connection in every line") {
  std::vector<std::string> connections;
  for (const char* mailbox : {"sales", "support"}) {
    ClientOptions options;
    options.mailbox = mailbox;
    Stage stage(
        [](support::Conversation& c) {
          FakePop3 server(c);
          server.mails = {{1, "Subject: of the mail\r\n\r\nits body\r\n"}};
          server.ready();
          server.serve();
        },
        options);
    const std::string log = log_of(
        [&] {
          stage.client().open(false);
          fetch_all(stage.client());
          stage.client().close();
        },
        LogLevel::trace);
    CHECK_MESSAGE(times_in(log, std::string(" mailbox=") + mailbox + " ") == times_in(log, "\n"), log);
    CHECK_MESSAGE(times_in(log, "line=\"RETR 1\"") == 1, log);
    CHECK(times_in(log, "Subject") == 0);
    connections.push_back(only_connection(log));
  }
  CHECK(connections[0] != connections[1]);
}

TEST_CASE("the trace of POP3 shows neither response nor challenge") {
  const std::string challenge = text::base64(R"({"status":"400","token":"secret-token-0123"})");
  std::string response;
  Stage stage([&](support::Conversation& c) {
    FakePop3 server(c);
    server.greet();
    server.expect("AUTH XOAUTH2");
    server.say("+ ");
    response = server.line();
    server.say("+ " + challenge);
    server.line();
    server.say("-ERR [AUTH] not with " + response);
    c.wait_for_end();
  });
  const std::string log = log_of([&] { error_of([&] { stage.client().open(false); }); }, LogLevel::trace);
  CHECK_MESSAGE(times_in(log, challenge) == 0, log);
  CHECK_MESSAGE(times_in(log, response) == 0, log);
  CHECK_MESSAGE(times_in(log, "line=\"+ ****\"") == 1, log);
  CHECK_MESSAGE(times_in(log, "not with ****") == 1, log);
}
