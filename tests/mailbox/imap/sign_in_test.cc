// Signing in, against a scripted server: each mechanism, each refusal.
#include <doctest/doctest.h>

#include "base/text.h"
#include "fake_imap.h"

namespace poller::imap_test {
namespace {

ClientOptions with_password(const std::string& password) {
  ClientOptions options;
  options.with_token = false;
  options.secret = password;
  return options;
}

std::string decoded(const std::string& base64) {
  std::string out;
  CHECK(text::base64_decode(base64, out));
  return out;
}

}  // namespace

TEST_CASE("imap: sign-in with a token, inline, and the folder's numbers") {
  std::string sent;
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.greet();
    sent = imap.sign_in();
    imap.open_folder(3);
    imap.answer_searches(3);
    imap.log_out();
  });
  std::vector<std::string> steps;
  stage.client().observe([&](const OpenStep& step) { steps.push_back(step.step + ": " + step.detail); });
  stage.client().open(true);
  CHECK(stage.client().folder().name == "INBOX");
  CHECK(stage.client().folder().uidvalidity == 77);
  CHECK(stage.client().folder().uidnext == 1000);
  CHECK(stage.client().folder().exists == 3);
  CHECK(stage.client().list({}).size() == 3);
  stage.client().close();
  stage.client().close();
  REQUIRE(sent.rfind("AUTHENTICATE XOAUTH2 ", 0) == 0);
  CHECK(decoded(sent.substr(21)) ==
        "user=desk@example.com\x01"
        "auth=Bearer secret-token-0123\x01\x01");
  REQUIRE(steps.size() == 4);
  CHECK(contains(steps[1], "tls: TLSv1.3"));
  CHECK(contains(steps[1], "CN=localhost"));
  CHECK(contains(steps[3], "folder: INBOX: 3 mails"));
}

TEST_CASE("imap: sign-in in two steps without SASL-IR") {
  std::string response;
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.before = "IMAP4rev1 AUTH=XOAUTH2";
    imap.greet();
    const Command command = imap.expect("AUTHENTICATE XOAUTH2");
    if (command.text != "AUTHENTICATE XOAUTH2") throw std::runtime_error("no initial response was allowed");
    imap.say("+ ");
    response = c.line();
    imap.ok(command);
    imap.open_folder(0);
    imap.log_out();
  });
  stage.client().open(true);
  CHECK(contains(decoded(response), "auth=Bearer secret-token-0123"));
  CHECK(stage.client().list({}).empty());  // an empty folder needs no question
}

TEST_CASE("imap: the error challenge is answered and shown, the token is not") {
  std::string answer = "none";
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.greet();
    const Command command = imap.expect("AUTHENTICATE");
    imap.say("+ " + text::base64(R"({"status":"401","schemes":"bearer","was":"secret-token-0123"})"));
    answer = c.line();
    imap.say(command.tag + " NO [AUTHENTICATIONFAILED] bad: secret-token-0123 " + command.text.substr(21));
    c.wait_for_end();
  });
  const Error error = error_of([&] { stage.client().open(true); });
  CHECK(error.kind() == ErrorKind::sign_in);
  CHECK(contains(error.what(), R"("status":"401")"));
  CHECK(!contains(error.what(), "secret-token"));
  CHECK(!contains(error.what(), text::base64("user=desk")));
  CHECK(contains(error.advice(), "poller login"));
  CHECK(answer.empty());
}

TEST_CASE("imap: sign-in refused for now is no reason to alarm a person") {
  for (const char* text :
       {"NO [UNAVAILABLE] later", "NO [INUSE] later", "NO [LIMIT] later", "BAD Server Unavailable. 15"}) {
    CAPTURE(text);
    Stage stage([&](support::Conversation& c) {
      FakeImap imap(c);
      imap.greet();
      imap.say(imap.expect("AUTHENTICATE").tag + " " + text);
      c.wait_for_end();
    });
    CHECK(error_of([&] { stage.client().open(true); }).kind() == ErrorKind::temporary);
  }
}

TEST_CASE("imap: a server without a mechanism for us") {
  std::string before = "IMAP4rev1 AUTH=PLAIN";
  const auto script = [&](support::Conversation& c) {
    FakeImap imap(c);
    imap.before = before;
    imap.greet();
    c.wait_for_end();
  };
  {
    Stage stage(script);
    const Error error = error_of([&] { stage.client().open(true); });
    CHECK(error.kind() == ErrorKind::configuration);
    CHECK(contains(error.what(), "AUTH=XOAUTH2"));
  }
  before = "IMAP4rev1 LOGINDISABLED";
  Stage stage(script, with_password("hush"));
  const Error error = error_of([&] { stage.client().open(true); });
  CHECK(error.kind() == ErrorKind::configuration);
  CHECK(contains(error.what(), "LOGINDISABLED"));
}

TEST_CASE("imap: sign-in with a password by PLAIN, LOGIN quoted, LOGIN with literals") {
  const std::string nul(1, '\0');
  std::string before = "IMAP4rev1 SASL-IR AUTH=PLAIN", sent;
  const auto script = [&](support::Conversation& c) {
    FakeImap imap(c);
    imap.before = before;
    imap.greet();
    const Command command = imap.next();
    sent = command.text;
    for (int i = 0; i < 2 && sent.back() == '}'; ++i) {
      imap.say("+ go on");
      sent += c.line();
    }
    imap.ok(command);
    imap.open_folder(0);
    imap.log_out();
  };
  {
    Stage stage(script, with_password("p\"w"));
    stage.client().open(true);
    CHECK(decoded(sent.substr(19)) == nul + "desk@example.com" + nul + "p\"w");
  }
  before = "IMAP4rev1";
  {
    Stage stage(script, with_password("p\"w"));
    stage.client().open(true);
    CHECK(sent == R"(LOGIN "desk@example.com" "p\"w")");
  }
  Stage stage(script, with_password("pässword"));
  stage.client().open(true);
  CHECK(sent == "LOGIN {16}desk@example.com {9}pässword");
}

TEST_CASE("imap: signed in, but not to this mailbox") {
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.greet();
    imap.sign_in();
    imap.say(imap.expect("CAPABILITY").tag + " BAD User is authenticated but not connected.");
    imap.say("* BYE Connection closed. 14");
    c.close();
  });
  const Error error = error_of([&] { stage.client().open(true); });
  CHECK(error.kind() == ErrorKind::sign_in);
  CHECK(contains(error.advice(), "Full Access"));
}

}  // namespace poller::imap_test
