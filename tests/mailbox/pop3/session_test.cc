// POP3 sessions by script: Exchange Online's ways, refusals and what they mean, listings, and what is deleted when.
#include <doctest/doctest.h>

#include <algorithm>

#include "base/text.h"
#include "fake_pop3.h"

using namespace poller;             // NOLINT(google-build-using-namespace): the room under test
using namespace poller::pop3_test;  // NOLINT(google-build-using-namespace): its stage

namespace {

bool says(const Error& error, std::string_view part) {
  return std::string(error.what()).find(part) != std::string::npos || error.advice().find(part) != std::string::npos;
}

std::string mail_with(std::string_view subject, std::size_t body = 20) {
  return fmt::format("Subject: {}\r\n\r\n{}\r\n", subject, std::string(body, 'x'));
}

/// A sign-in that the server answers with `refusal` to the response.
Error refused_with(const std::string& refusal, const ClientOptions& options = {}) {
  Stage stage(
      [&](support::Conversation& c) {
        FakePop3 server(c);
        server.greet();
        server.expect("AUTH XOAUTH2");
        server.say("+ ");
        server.line();
        server.say(refusal);
        c.wait_for_end();
      },
      options);
  return error_of([&] { stage.client().open(false); });
}

}  // namespace

TEST_CASE("Exchange Online: two-step XOAUTH2, UIDL as the key, RETR one at a time, QUIT") {
  std::string response;
  std::vector<std::string> commands;
  {
    Stage stage([&](support::Conversation& c) {
      FakePop3 server(c);
      server.mails = {{1, mail_with("a")}, {2, mail_with("b\r\n.dotted: yes")}};
      server.greet();
      response = server.sign_in();
      server.stat();
      commands = server.serve();
    });
    stage.client().open(false);
    const auto mails = fetch_all(stage.client());
    REQUIRE(mails.size() == 2);
    CHECK(mails[0].source.uidl == "uid-1");
    CHECK(mails[0].source.folder == "INBOX");
    CHECK(mails[0].complete);
    CHECK(mails[1].bytes == mail_with("b\r\n.dotted: yes"));
    stage.client().close();
  }
  std::string decoded;
  REQUIRE(text::base64_decode(response, decoded));
  CHECK(decoded ==
        "user=desk@example.com\x01"
        "auth=Bearer secret-token-0123\x01\x01");
  CHECK(commands == std::vector<std::string>{"LIST", "UIDL", "RETR 1", "RETR 2", "QUIT"});
}

TEST_CASE("the greeting of 2025, and STLS") {
  ClientOptions options;
  options.starttls = true;
  Stage stage(
      [](support::Conversation& c) {
        FakePop3 server(c);
        server.say("+OK Microsoft Exchange POP3 server ready (tcpproxy/15.20.9137.005). [QQA=]");
        server.capabilities.emplace_back("STLS");
        server.answer_capa();
        server.expect("STLS");
        server.say("+OK Begin TLS negotiation.");
        c.start_tls();
        server.answer_capa();
        server.answer_capa();
        server.sign_in();
        server.stat();
        server.serve();
      },
      options, false);
  stage.client().open(false);
  CHECK(stage.client().list({}).empty());
}

TEST_CASE("a sign-in that is refused is a sign-in, with what to do") {
  for (const auto* words : {"-ERR Authentication failure: unknown user name or bad password.",
                            "-ERR Logon failure: unknown user name or bad password.", "-ERR [AUTH] no"}) {
    const Error error = refused_with(words);
    CHECK(error.kind() == ErrorKind::sign_in);
    CHECK(says(error, "poller login"));
  }
}

TEST_CASE("a server in trouble is no refused sign-in") {
  CHECK(refused_with("-ERR [SYS/TEMP] Temporary authentication failure").kind() == ErrorKind::temporary);
  CHECK(refused_with("-ERR [IN-USE] locked").kind() == ErrorKind::temporary);
  CHECK(refused_with("-ERR Server Unavailable. 15").kind() == ErrorKind::temporary);
  const Error throttled = refused_with("-ERR Request is throttled. Suggested Backoff Time: 92415 milliseconds");
  CHECK(throttled.kind() == ErrorKind::temporary);
  CHECK(throttled.retry_after() == std::chrono::milliseconds(92415));
  CHECK(says(throttled, "as long as it says"));
}

TEST_CASE("a server that throttles without a time: throttled all the same, and nothing is said of a time") {
  const Error throttled = refused_with("-ERR Request is throttled.");
  CHECK(throttled.retry_after() == std::chrono::milliseconds(0));
  CHECK_FALSE(says(throttled, "as long as it says"));
  CHECK(says(throttled, "poll_every"));
}

TEST_CASE("a token that Exchange's POP3 finds too long: a configuration that cannot work, and what can") {
  ClientOptions options;
  options.secret = std::string(5000, 't');
  const Error error = refused_with("-ERR Protocol error. Connection is closed. 10", options);
  CHECK(error.kind() == ErrorKind::configuration);
  CHECK(says(error, "imap"));
  CHECK_FALSE(says(error, "tttt"));
  CHECK(refused_with("-ERR Protocol error. Connection is closed. 10").kind() == ErrorKind::temporary);
}

TEST_CASE("Google's challenge is answered, shown, and holds no secret") {
  Stage stage([](support::Conversation& c) {
    FakePop3 server(c);
    server.greet();
    server.expect("AUTH XOAUTH2");
    server.say("+ ");
    server.line();
    server.say("+ " + text::base64(R"({"status":"400","token":"secret-token-0123"})"));
    if (!server.line().empty()) throw std::runtime_error("no empty answer");
    server.say("-ERR [AUTH] Username and password not accepted.");
    c.wait_for_end();
  });
  const Error error = error_of([&] { stage.client().open(false); });
  CHECK(error.kind() == ErrorKind::sign_in);
  CHECK(says(error, R"("status":"400")"));
  CHECK_FALSE(says(error, "secret-token"));
}

TEST_CASE("a server without tokens or without passwords: a configuration error that says so") {
  Stage stage([](support::Conversation& c) {
    FakePop3 server(c);
    server.capabilities = {"USER", "SASL PLAIN"};
    server.greet();
    c.wait_for_end();
  });
  const Error error = error_of([&] { stage.client().open(false); });
  CHECK(error.kind() == ErrorKind::configuration);
  CHECK(says(error, "XOAUTH2"));
}

TEST_CASE("USER and PASS, with every character a password may have") {
  ClientOptions options;
  options.with_token = false;
  options.secret = " p \"w\\ ";
  std::string pass;
  {
    Stage stage(
        [&](support::Conversation& c) {
          FakePop3 server(c);
          server.greet();
          server.expect("USER desk@example.com");
          server.say("+OK");
          pass = server.line();
          server.say("+OK");
          server.answer_capa();
          server.stat();
          server.serve();
        },
        options);
    stage.client().open(false);
  }
  CHECK(pass == "PASS " + options.secret);
}

TEST_CASE("where CAPA names PIPELINING, RETRs go in advance, and QUIT never does") {
  std::vector<std::string> before_first_answer;
  std::vector<std::string> later;
  {
    Stage stage([&](support::Conversation& c) {
      FakePop3 server(c);
      server.capabilities.emplace_back("PIPELINING");
      for (std::uint32_t i = 1; i <= 30; ++i) server.mails[i] = mail_with(std::to_string(i));
      server.ready();
      for (int i = 0; i < 2; ++i) server.answer(server.line());
      for (int i = 0; i < 20; ++i) before_first_answer.push_back(server.line());
      for (const auto& command : before_first_answer) server.answer(command);
      later = server.serve();
    });
    stage.client().open(false);
    CHECK(fetch_all(stage.client()).size() == 30);
  }
  CHECK(before_first_answer.back() == "RETR 20");
  REQUIRE(later.size() == 11);
  CHECK(later.back() == "QUIT");
}

TEST_CASE("an oversized mail: its header by TOP; one that is larger than listed is cut; without TOP its size alone") {
  Stage stage([](support::Conversation& c) {
    FakePop3 server(c);
    server.mails = {{1, mail_with("large", 5000)}, {2, mail_with("liar", 1040)}, {3, mail_with("no top", 5000)}};
    server.ready();
    for (;;) {
      const std::string command = server.line();
      if (command == "TOP 3 0") {
        server.say("-ERR Command not supported");
      } else if (!server.answer(command)) {
        return;
      }
    }
  });
  stage.client().open(false);
  const auto mails = fetch_all(stage.client(), 1000);
  REQUIRE(mails.size() == 3);
  for (const auto& mail : mails) CHECK_FALSE(mail.complete);
  CHECK(mails[0].bytes == "Subject: large\r\n\r\n");
  CHECK(mails[0].announced_size == mail_with("large", 5000).size());
  CHECK(mails[1].bytes == "Subject: liar\r\n\r\n");
  CHECK(mails[2].bytes.empty());
  CHECK(mails[2].announced_size > 5000);
}

TEST_CASE("numbers mean nothing: after a new session the order is another one, the keys the same") {
  Stage stage([](support::Conversation& c) {
    FakePop3 server(c);
    server.mails = {{1, mail_with("a")}, {2, mail_with("b")}};
    server.uidls = c.number() == 0 ? std::map<std::uint32_t, std::string>{{1, "A"}, {2, "B"}}
                                   : std::map<std::uint32_t, std::string>{{1, "B"}, {2, "A"}};
    if (c.number() == 1) std::swap(server.mails[1], server.mails[2]);
    server.ready();
    server.serve();
  });
  stage.client().open(false);
  const auto first = fetch_all(stage.client());
  stage.client().open(false);
  std::vector<RawMail> second;
  const Listed only_a{first[0].source, std::nullopt, false};
  stage.client().fetch(std::span(&only_a, 1), {}, [&](RawMail&& mail) {
    second.push_back(std::move(mail));
    return true;
  });
  REQUIRE(second.size() == 1);
  CHECK(second[0].bytes == first[0].bytes);
}

TEST_CASE("two copies under one unique-id are both looked at") {
  Stage stage([](support::Conversation& c) {
    FakePop3 server(c);
    server.mails = {{1, mail_with("a")}, {2, mail_with("a")}};
    server.uidls = {{1, "same"}, {2, "same"}};
    server.ready();
    server.serve();
  });
  stage.client().open(false);
  const auto listed = stage.client().list({});
  REQUIRE(listed.size() == 2);
  CHECK(listed[0].source.uidl == "same");
  CHECK(listed[1].source.uidl == "same#2");
}

TEST_CASE("a server without UIDL is refused with advice, or read by hash") {
  ClientOptions options;
  SUBCASE("refused") {}
  SUBCASE("by hash") { options.hash_ledger = true; }
  Stage stage(
      [](support::Conversation& c) {
        FakePop3 server(c);
        server.capabilities = {"TOP", "USER", "SASL XOAUTH2"};
        server.mails = {{1, mail_with("a")}, {2, mail_with("b")}};
        server.ready();
        for (;;) {
          const std::string command = server.line();
          if (command == "UIDL") {
            server.say("-ERR unknown command");
          } else if (!server.answer(command)) {
            return;
          }
        }
      },
      options);
  stage.client().open(false);
  if (options.hash_ledger) {
    const auto mails = fetch_all(stage.client());
    REQUIRE(mails.size() == 2);
    CHECK(mails[0].source.uidl.rfind("sha256:", 0) == 0);
    CHECK(mails[0].source.uidl.size() == 71);
  } else {
    const Error error = error_of([&] { stage.client().list({}); });
    CHECK(error.kind() == ErrorKind::configuration);
    CHECK(says(error, "pop3_without_uidl"));
  }
}

TEST_CASE("DELE marks, QUIT removes: only what QUIT confirmed stands done") {
  enum class End { confirmed, refused, cut };
  End end = End::confirmed;
  SUBCASE("confirmed") {}
  SUBCASE("refused") { end = End::refused; }
  SUBCASE("cut") { end = End::cut; }
  Stage stage([&](support::Conversation& c) {
    FakePop3 server(c);
    server.mails = {{1, mail_with("a")}, {2, mail_with("b")}, {3, mail_with("c")}};
    server.ready();
    for (;;) {
      const std::string command = server.line();
      if (command == "DELE 2") {
        server.say("-ERR Message is locked");
      } else if (command == "QUIT" && end != End::confirmed) {
        if (end == End::refused) server.say("-ERR [SYS/TEMP] some deleted messages not removed");
        return;
      } else if (!server.answer(command)) {
        return;
      }
    }
  });
  stage.client().open(false);
  std::vector<SourceKey> keys;
  for (const auto& listed : stage.client().list({})) keys.push_back(listed.source);
  keys.push_back({"support", "INBOX", 0, 0, "gone"});
  stage.client().settle(keys, {SettleAction::What::remove, {}});
  if (end == End::confirmed) {
    const auto done = stage.client().finish();
    CHECK(done.size() == 3);  // 1, 3 and the one that was gone
    CHECK(std::find(done.begin(), done.end(), keys[1]) == done.end());
  } else {
    CHECK(error_of([&] { stage.client().finish(); }).kind() == ErrorKind::temporary);
  }
}

TEST_CASE("a session that ends otherwise takes its deletions back") {
  std::vector<std::string> commands;
  {
    Stage stage([&](support::Conversation& c) {
      FakePop3 server(c);
      server.mails = {{1, mail_with("a")}};
      server.ready();
      commands = server.serve();
    });
    stage.client().open(false);
    const auto listed = stage.client().list({});
    stage.client().settle(std::span(&listed[0].source, 1), {SettleAction::What::remove, {}});
    stage.client().close();
  }
  REQUIRE(commands.size() == 5);
  CHECK(commands[3] == "RSET");
  CHECK(commands[4] == "QUIT");
}

TEST_CASE("marking and moving are a configuration's mistake, with advice") {
  Stage stage([](support::Conversation& c) {
    FakePop3 server(c);
    server.ready();
    server.serve();
  });
  stage.client().open(false);
  for (const auto what : {SettleAction::What::seen, SettleAction::What::move}) {
    const Error error = error_of([&] { stage.client().check({what, "Done"}, true); });
    CHECK(error.kind() == ErrorKind::configuration);
    CHECK(says(error, "keep or delete"));
  }
}

TEST_CASE("a mail that breaks off is not handed over, and a silent server has a deadline") {
  ClientOptions options;
  options.patience = std::chrono::milliseconds(300);
  bool silent = false;
  SUBCASE("cut") {}
  SUBCASE("silent") { silent = true; }
  Stage stage(
      [&](support::Conversation& c) {
        FakePop3 server(c);
        server.mails = {{1, mail_with("a")}};
        server.ready();
        for (int i = 0; i < 2; ++i) server.answer(server.line());
        server.expect("RETR 1");
        server.send("+OK\r\nSubject: a\r\n\r\nhalf\r\n");
        if (silent) c.wait_for_end();
      },
      options);
  stage.client().open(false);
  const auto listed = stage.client().list({});
  int seen = 0;
  const Error error = error_of([&] {
    stage.client().fetch(listed, {}, [&](RawMail&&) {
      ++seen;
      return true;
    });
  });
  CHECK(error.kind() == ErrorKind::temporary);
  CHECK(seen == 0);
}
