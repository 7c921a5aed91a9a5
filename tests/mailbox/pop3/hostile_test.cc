// POP3 servers that lie, and whoever stands between: refused, with a message that names the cause.
#include <doctest/doctest.h>

#include "base/text.h"
#include "fake_pop3.h"

namespace poller::pop3_test {
namespace {

using support::Conversation;

bool names(const Error& error, const std::string& part) {
  return std::string_view(error.what()).find(part) != std::string_view::npos ||
         error.advice().find(part) != std::string::npos;
}

ClientOptions impatient(bool starttls = false) {
  ClientOptions options;
  options.starttls = starttls;
  options.patience = std::chrono::milliseconds(700);
  return options;
}

// What listing and fetching say when the server has one mail and answers `command` so.
Error answering(const std::string& command, const std::string& answer, std::vector<RawMail>* mails = nullptr) {
  Stage stage(
      [&](Conversation& c) {
        FakePop3 server(c);
        server.mails = {{1, "Subject: x\r\n\r\nbody\r\n"}};
        server.ready();
        for (std::string line = server.line();; line = server.line()) {
          if (line.rfind(command, 0) == 0) break;
          if (!server.answer(line)) return;
        }
        server.send(answer);
        c.wait_for_end();
      },
      impatient());
  stage.client().open(true);
  return error_of([&] {
    const auto got = fetch_all(stage.client());
    if (mails != nullptr) *mails = got;
  });
}

}  // namespace

TEST_CASE("hostile POP3: STLS not offered, refused, or followed by injected plain text") {
  std::string secrets;
  const auto opening = [&](const std::function<void(Conversation&, FakePop3&)>& script) {
    Stage stage(
        [&](Conversation& c) {
          FakePop3 server(c);
          server.say(server.greeting);
          script(c, server);
        },
        impatient(true), false);
    return error_of([&] { stage.client().open(true); });
  };
  Error error = opening([&](Conversation& c, FakePop3& server) {
    server.answer_capa();
    secrets = c.line();
  });
  CHECK(error.kind() == ErrorKind::unreachable);
  CHECK(names(error, "does not offer STARTTLS"));

  error = opening([&](Conversation& c, FakePop3& server) {
    server.capabilities.emplace_back("STLS");
    server.answer_capa();
    server.expect("STLS");
    server.say("-ERR not today");
    secrets = c.line();
  });
  CHECK(error.kind() == ErrorKind::unreachable);
  CHECK(names(error, "STARTTLS"));

  for (const bool at_once : {true, false}) {
    error = opening([&](Conversation& c, FakePop3& server) {
      server.capabilities.emplace_back("STLS");
      server.answer_capa();
      server.expect("STLS");
      const std::string injected = "+OK\r\nSASL PLAIN XOAUTH2\r\nUIDL\r\n.\r\n+ \r\n+OK injected\r\n";
      if (at_once) {
        server.send("+OK begin\r\n" + injected);
      } else {
        server.say("+OK begin");
        server.send(injected);
      }
      c.start_tls();
      secrets = c.line();
    });
    CHECK(error.kind() == ErrorKind::unreachable);
    if (at_once) CHECK_MESSAGE(names(error, "plain text after its answer to STARTTLS"), std::string(error.what()));
    CHECK_MESSAGE(names(error, "TLS"), std::string(error.what()));
  }
  CHECK(secrets.empty());
}

TEST_CASE("hostile POP3: no TLS, and no POP3 behind it") {
  Stage plain(
      [](Conversation& c) {
        c.say("+OK plain text here");
        c.wait_for_end();
      },
      impatient(), false);
  Error error = error_of([&] { plain.client().open(true); });
  CHECK(error.kind() == ErrorKind::unreachable);
  CHECK(names(error, "does not speak TLS"));
}

TEST_CASE("hostile POP3: answers that cannot be read are named") {
  Error error = answering("LIST", "+OK\r\n" + std::string(100'000, 'x'));
  CHECK(error.kind() == ErrorKind::corrupt);
  CHECK(names(error, "line"));
  error = answering("UIDL", "+OK\r\n1 " + std::string(2000, 'u') + "\r\n.\r\n");
  CHECK(names(error, "in time"));  // the mail was asked for, and the server has fallen silent
  error = answering("RETR", "* 1 FETCH (UID 1)\r\n");
  CHECK(error.kind() == ErrorKind::corrupt);
  CHECK(names(error, "server.port"));
  error = answering("RETR", std::string("\0\0\0\r\n", 5));
  CHECK(error.kind() == ErrorKind::corrupt);
}

TEST_CASE("hostile POP3: more than was announced, less, or unasked for") {
  std::vector<RawMail> mails;
  // Data behind a mail is the answer to nothing: the next command must not take it for its own.
  Error error = answering("RETR", "+OK\r\nSubject: x\r\n\r\n.\r\n+OK surprise\r\n", &mails);
  CHECK(error.kind() == ErrorKind::ours);  // nothing: the mail is whole
  CHECK(mails.size() == 1);
  mails.clear();
  error = answering("RETR", "+OK 4294967296 octets\r\nSubject: x\r\n\r\nnever ends\r\n", &mails);
  CHECK(error.kind() == ErrorKind::temporary);
  CHECK(names(error, "in time"));
  CHECK(mails.empty());
}

TEST_CASE("hostile POP3: a challenge that is no base64, cut short, binary or without end") {
  const auto signing_in = [](const std::string& answer) {
    Stage stage(
        [&](Conversation& c) {
          FakePop3 server(c);
          server.greet();
          server.expect("AUTH XOAUTH2");
          server.say("+ ");
          server.line();
          server.send(answer);
          c.wait_for_end();
        },
        impatient());
    return error_of([&] { stage.client().open(true); });
  };
  const std::string whole = text::base64(R"({"status":"401","schemes":"bearer"})");
  for (const auto& challenge : {whole.substr(0, whole.size() - 3), std::string("===="), std::string("%%%"),
                                text::base64(std::string("\0\xff\x01", 3))}) {
    CAPTURE(challenge);
    const Error error = signing_in("+ " + challenge + "\r\n-ERR [AUTH] no\r\n");
    CHECK(error.kind() == ErrorKind::sign_in);
    CHECK(text::is_utf8(error.what()));
  }
  const Error error = signing_in("+ " + std::string(100'000, 'A'));
  CHECK(error.kind() == ErrorKind::corrupt);
  CHECK(names(error, "line"));
  CHECK(signing_in("+ x\r\n+ x\r\n+ x\r\n+ x\r\n+ x\r\n").kind() != ErrorKind::ours);
}

}  // namespace poller::pop3_test
