// POP3 servers that do not keep to RFC 1939: no mail is lost over it, and the log says so once.
#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fake_pop3.h"
#include "tests/support/log_text.h"

using namespace poller;             // NOLINT(google-build-using-namespace): the room under test
using namespace poller::pop3_test;  // NOLINT(google-build-using-namespace): its stage
using poller::support::log_of;
using poller::support::times_in;

namespace {

std::string mail_of(std::string_view subject) { return fmt::format("Subject: {}\r\n\r\nhello\r\n", subject); }

/// A server with a mail for each unique-id, from 1 on.
FakePop3 server_with(support::Conversation& c, const std::vector<std::string>& ids) {
  FakePop3 server(c);
  for (std::uint32_t number = 1; number <= ids.size(); ++number) {
    server.mails[number] = mail_of(std::to_string(number));
    server.uidls[number] = ids[number - 1];
  }
  return server;
}

ClientOptions named(const std::string& mailbox) {
  ClientOptions options;
  options.mailbox = mailbox;
  return options;
}

}  // namespace

TEST_CASE("a unique-id that is none: the mail is fetched, known by the id's hash, and deleted like any other") {
  const std::vector<std::string> ids{"good", std::string(251, 'x'), "two words", "schl\xc3\xbcssel", "also-good"};
  std::vector<std::string> commands;
  std::vector<std::string> first_keys;
  std::string log;
  for (int session = 0; session < 2; ++session) {
    Stage stage(
        [&](support::Conversation& c) {
          FakePop3 server = server_with(c, ids);
          server.ready();
          commands = server.serve();
        },
        named("odd-ids"));
    log += log_of([&] {
      stage.client().open(false);
      const auto mails = fetch_all(stage.client());
      REQUIRE(mails.size() == 5);
      std::vector<SourceKey> keys;
      for (const auto& mail : mails) keys.push_back(mail.source);
      CHECK(keys[0].uidl == "good");
      CHECK(keys[4].uidl == "also-good");
      CHECK(mails[1].bytes == mail_of("2"));
      std::vector<std::string> odd;
      for (int i = 1; i < 4; ++i) {
        odd.push_back(keys[i].uidl);
        CHECK(odd.back().starts_with("sha256:"));
        CHECK(odd.back().size() == 71);
      }
      CHECK(odd[0] != odd[1]);
      if (session == 1) CHECK(odd == first_keys);
      first_keys = odd;
      stage.client().settle(keys, {SettleAction::What::remove, {}});
      CHECK(stage.client().finish().size() == 5);
    });
  }
  CHECK(std::count(commands.begin(), commands.end(), "RETR 2") == 1);  // the id is enough to know it by
  CHECK(std::count(commands.begin(), commands.end(), "DELE 4") == 1);
  CHECK_MESSAGE(times_in(log, "unique-id") == 1, log);  // and not with each pass
  CHECK_MESSAGE(times_in(log, "mailbox=odd-ids mails=3") == 1, log);
}

TEST_CASE("a mail without any unique-id is known by the hash of its bytes") {
  Stage stage(
      [](support::Conversation& c) {
        FakePop3 server = server_with(c, {"good", "", "left out"});
        server.ready();
        for (;;) {
          const std::string command = server.line();
          if (command == "UIDL") {
            server.say("+OK");
            server.say("1 good");
            server.say("2 ");
            server.say(".");
          } else if (!server.answer(command)) {
            return;
          }
        }
      },
      named("no-ids"));
  stage.client().open(false);
  const auto mails = fetch_all(stage.client());
  REQUIRE(mails.size() == 3);
  CHECK(mails[0].source.uidl == "good");
  CHECK(mails[1].bytes == mail_of("2"));
  CHECK(mails[2].bytes == mail_of("3"));
  CHECK(mails[1].source.uidl.starts_with("sha256:"));
  CHECK(mails[1].source.uidl != mails[2].source.uidl);
}

TEST_CASE("a mail without a unique-id that the server does not give either keeps no other from us, and is told of") {
  const std::string log = log_of([] {
    for (int session = 0; session < 3; ++session) {
      Stage stage(
          [](support::Conversation& c) {
            FakePop3 server = server_with(c, {"good", "", ""});
            server.ready();
            for (;;) {
              const std::string command = server.line();
              if (command == "RETR 2" || command == "RETR 3") {
                server.say("-ERR it is gone, 17");
              } else if (!server.answer(command)) {
                return;
              }
            }
          },
          named("not-given"));
      stage.client().open(false);
      CHECK(fetch_all(stage.client()).size() == 1);
    }
  });
  CHECK_MESSAGE(times_in(log, "mailbox=not-given mails=2") == 2, log);  // of three passes
  CHECK_MESSAGE(times_in(log, "it is gone") == 2, log);
}

TEST_CASE("a deletion that the server refuses: asked for once a pass, said at its 1st, 2nd, 4th, 8th … pass") {
  const auto pass = [](bool refuses) {
    std::vector<std::string> commands;
    {
      Stage stage(
          [&](support::Conversation& c) {
            FakePop3 server = server_with(c, {"a", "b", "c"});
            server.ready();
            for (;;) {
              commands.push_back(server.line());
              if (refuses && (commands.back() == "DELE 1" || commands.back() == "DELE 3")) {
                server.say("-ERR message is locked since 17 s");
              } else if (!server.answer(commands.back())) {
                return;
              }
            }
          },
          named("locked"));
      stage.client().open(false);
      std::vector<SourceKey> keys;
      for (const auto& listed : stage.client().list({})) keys.push_back(listed.source);
      for (int again = 0; again < 3; ++again) stage.client().settle(keys, {SettleAction::What::remove, {}});
      CHECK(stage.client().finish().size() == (refuses ? 1 : 3));
    }
    return times_in(fmt::format("{}", fmt::join(commands, "\n")), "DELE");
  };
  std::vector<int> said;
  for (int n = 1; n <= 5; ++n) {
    int deletes = 0;
    const std::string log = log_of([&] { deletes = pass(true); });
    CHECK(deletes == 3);
    const int warnings = times_in(log, "warning ");
    CHECK_MESSAGE(warnings <= 1, log);
    if (warnings == 0) continue;
    said.push_back(n);
    CHECK_MESSAGE(times_in(log, "mailbox=locked uid=a mails=2") == 1, log);
    CHECK_MESSAGE(times_in(log, "message is locked") == 1, log);
  }
  CHECK(said == std::vector<int>{1, 2, 4});
  const std::string over = log_of([&] { pass(false); });
  CHECK_MESSAGE(times_in(over, "mailbox=locked") == 1, over);  // that it works again
  const std::string anew = log_of([&] { pass(true); });
  CHECK_MESSAGE(times_in(anew, "warning ") == 1, anew);
}
