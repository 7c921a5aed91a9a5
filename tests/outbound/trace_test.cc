// What the log tells of sending: the dialogue at level trace, without a secret and without the mail; who sent what.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "../support/log_text.h"
#include "../support/scripted_server.h"
#include "base/text.h"
#include "outbox_home.h"

namespace poller::outbound {

using support::log_of;
using support::times_in;

TEST_CASE("the trace of SMTP: mailbox and connection in every line, no secret, of the mail its size alone") {
  OutboxHome home;
  home.queue("first of the trace");
  home.queue("second of the trace");
  const std::string log = log_of([&] { home.run(); }, LogLevel::trace);
  const int lines = times_in(log, " trace ");
  CHECK_MESSAGE(lines > 12, log);
  CHECK_MESSAGE(times_in(log, " mailbox=support connection=") == lines, log);
  const auto at = log.find("connection=");
  REQUIRE(at != std::string::npos);
  CHECK_MESSAGE(times_in(log, log.substr(at, log.find(' ', at) - at) + " ") == lines, log);  // both on one
  CHECK_MESSAGE(times_in(log, "line=\"MAIL FROM:<support@example.test>") == 2, log);
  CHECK_MESSAGE(times_in(log, "line=\"RCPT TO:<c@example.com>") == 2, log);
  CHECK_MESSAGE(times_in(log, "smtp <") > 6, log);
  CHECK_MESSAGE(times_in(log, "line=\"AUTH PLAIN") + times_in(log, "line=\"AUTH LOGIN") == 1, log);
  CHECK_MESSAGE(times_in(log, "line=****") >= 1, log);
  const std::string nul(1, '\0');
  CHECK(times_in(log, text::base64("pw")) == 0);
  CHECK(times_in(log, text::base64(nul + "support@example.test" + nul + "pw")) == 0);
  CHECK(times_in(log, "A line with a dot") == 0);
  CHECK_MESSAGE(times_in(log, " bytes) .\"") == 2, log);
  home.queue("third, on another connection");
  const std::string later = log_of([&] { home.run(); }, LogLevel::trace);
  CHECK(times_in(later, log.substr(at, log.find(' ', at) - at) + " ") == 0);
}

TEST_CASE("a server that repeats the response or puts it into a challenge gives no secret to the trace") {
  std::string response;
  support::ScriptedServer server(support::ScriptedTls{smtp_server().ca().server()}, [&](support::Conversation& client) {
    client.say("220 odd.example.test ESMTP");
    client.line();
    client.say("250-odd.example.test");
    client.say("250 AUTH PLAIN");
    if (client.line() != "AUTH PLAIN") throw std::runtime_error("not the two-step form");
    client.say("334 " + text::base64("say your password"));
    response = client.line();
    client.say("535-5.7.8 not with");
    client.say("535 5.7.8 " + response);
    client.wait_for_end();
  });
  OutboxHome home(server.port(), true);
  home.queue("refused");
  const std::string log = log_of([&] { home.run(); }, LogLevel::trace);
  CHECK(server.finish() == "");
  REQUIRE(response.size() > 10);
  CHECK_MESSAGE(times_in(log, response) == 0, log);
  CHECK_MESSAGE(times_in(log, text::base64("say your password")) == 0, log);
  CHECK_MESSAGE(times_in(log, "line=\"334 ****\"") == 1, log);
  CHECK_MESSAGE(times_in(log, "line=\"535 5.7.8 ****\"") == 1, log);
}

TEST_CASE("the line of a mail that was sent names it: outbox, ticket, message and Message-ID") {
  OutboxHome home;
  const Queued q = home.queue("named in the log");
  const OutboxRow row = home.row(q);
  REQUIRE(row.ticket);
  REQUIRE(row.message);
  const std::string log = log_of([&] { home.run(); });
  CHECK_MESSAGE(
      times_in(log, fmt::format("mail sent mailbox=support message={} ticket={} outbox={} message_id={} kind=reply ",
                                *row.message, *row.ticket, row.id, row.message_id)) == 1,
      log);
}

}  // namespace poller::outbound
