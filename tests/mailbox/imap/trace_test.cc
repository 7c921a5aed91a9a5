// The log at level trace: whose line it is, of which connection, and no secret in it in whatever form.
#include <doctest/doctest.h>

#include "base/text.h"
#include "fake_imap.h"
#include "tests/support/log_text.h"

namespace poller::imap_test {

using support::log_of;
using support::times_in;

TEST_CASE("the trace of IMAP names mailbox and connection in every line") {
  const auto session = [](support::Conversation& c) {
    FakeImap imap(c);
    imap.ready(0);
    imap.log_out();
  };
  std::string fields[2];
  for (std::string& field : fields) {
    Stage stage(session);
    const std::string log = log_of(
        [&] {
          stage.client().open(true);
          stage.client().close();
        },
        LogLevel::trace);
    const int lines = times_in(log, "\n");
    CHECK(lines > 8);
    CHECK_MESSAGE(times_in(log, " mailbox=support connection=") == lines, log);
    const auto at = log.find("connection=");
    REQUIRE(at != std::string::npos);
    field = log.substr(at, log.find(' ', at) - at);
    CHECK_MESSAGE(times_in(log, field + " line=") == lines, log);
  }
  CHECK(fields[0] != fields[1]);
}

TEST_CASE("the trace of IMAP shows neither response nor challenge, but what else the server wants to go on with") {
  const std::string challenge = text::base64(R"({"status":"400","token":"secret-token-0123"})");
  std::string response;
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.greet();
    const Command command = imap.expect("AUTHENTICATE XOAUTH2");
    response = command.text.substr(command.text.rfind(' ') + 1);
    imap.say("+ " + challenge);
    if (!c.line().empty()) throw std::runtime_error("no empty answer");
    imap.say(command.tag + " NO not with " + response);
    c.wait_for_end();
  });
  const std::string log = log_of([&] { error_of([&] { stage.client().open(false); }); }, LogLevel::trace);
  CHECK_MESSAGE(times_in(log, challenge) == 0, log);
  CHECK_MESSAGE(times_in(log, response) == 0, log);
  CHECK_MESSAGE(times_in(log, "line=\"+ ****\"") == 1, log);
  CHECK_MESSAGE(times_in(log, "not with ****") == 1, log);
}

}  // namespace poller::imap_test
