// Whole sessions against a scripted server: folder, list, settle, IDLE, and what Exchange says.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.h"
#include "fake_imap.h"

namespace poller::imap_test {
namespace {

std::vector<SourceKey> keys_of(Mailbox& mailbox, const std::vector<std::uint32_t>& uids) {
  std::vector<SourceKey> out;
  for (const auto uid : uids) out.push_back({"support", mailbox.folder().name, mailbox.folder().uidvalidity, uid, {}});
  return out;
}

}  // namespace

TEST_CASE("imap: a folder that does not exist, with the folders there are") {
  ClientOptions options;
  options.folder = "Suport";
  Stage stage(
      [&](support::Conversation& c) {
        FakeImap imap(c);
        imap.greet();
        imap.sign_in();
        for (Command command = imap.next();; command = imap.next()) {
          if (command.text.rfind("SELECT", 0) == 0) {
            imap.say(command.tag + " NO Suport doesn't exist.");
            break;
          }
          imap.ok(command);
        }
        const Command list = imap.expect("LIST \"\" \"*\"");
        imap.say(R"(* LIST (\HasNoChildren) "/" Support)");
        imap.say(R"(* LIST (\Noselect) "/" Public)");
        imap.say(R"(* LIST (\HasNoChildren \Sent) "/" "&AMk-l&AOk-ments envoy&AOk-s")");
        imap.ok(list);
        c.wait_for_end();
      },
      options);
  const Error error = error_of([&] { stage.client().open(false); });
  CHECK(error.kind() == ErrorKind::configuration);
  CHECK(contains(error.what(), "Suport"));
  CHECK(contains(error.advice(), "Support, Éléments envoyés"));
  CHECK(!contains(error.advice(), "Public"));
}

TEST_CASE("imap: a server without UIDVALIDITY cannot be polled") {
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.uidvalidity = 0;
    imap.ready(1);
    c.wait_for_end();
  });
  CHECK(error_of([&] { stage.client().open(true); }).kind() == ErrorKind::permanent);
}

TEST_CASE("imap: listing from a UID on, and which are seen") {
  std::vector<std::string> commands;
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.ready(4);
    for (const char* answer : {"* SEARCH 9 4 6 6 2", "* SEARCH 4 9", "* SEARCH 9"}) {
      const Command command = imap.expect("UID SEARCH");
      commands.push_back(command.text);
      imap.say("* 5 EXISTS");
      imap.say(answer);
      imap.ok(command);
    }
    imap.log_out();
  });
  stage.client().open(true);
  const auto all = stage.client().list({});
  REQUIRE(all.size() == 4);
  CHECK(all[0].source == SourceKey{"support", "INBOX", 77, 2, ""});
  CHECK(all[0].seen);
  CHECK(!all[1].seen);
  ListRequest request;
  request.min_uid = 10;
  CHECK(stage.client().list(request).empty());  // "10:*" gave the last mail, which is older
  CHECK(commands == std::vector<std::string>{"UID SEARCH ALL", "UID SEARCH UNSEEN", "UID SEARCH UID 10:*"});
  stage.client().close();
}

TEST_CASE("imap: settling, each way") {
  std::string capabilities = "IMAP4rev1 UIDPLUS MOVE";
  std::vector<std::string> commands;
  const auto script = [&](support::Conversation& c) {
    FakeImap imap(c);
    imap.after = capabilities;
    imap.ready(9);
    for (Command command = imap.next();; command = imap.next()) {
      if (command.text == "LOGOUT") return;
      commands.push_back(command.text);
      imap.say("* 2 EXPUNGE");
      imap.ok(command, "[COPYUID 1 2 3] done");
    }
  };
  const auto settle = [&](const SettleAction& action) {
    commands.clear();
    Stage stage(script);
    stage.client().open(false);
    auto keys = keys_of(stage.client(), {3, 1, 2, 9});
    keys.push_back({"support", "INBOX", 76, 5, ""});  // of an earlier UIDVALIDITY: another mail now
    keys.push_back({"support", "Other", 77, 6, ""});
    stage.client().settle(keys, action);
    return commands;
  };
  using Commands = std::vector<std::string>;
  using What = SettleAction::What;
  CHECK(settle({What::keep, ""}) == Commands{});
  CHECK(settle({What::seen, ""}) == Commands{"UID STORE 1:3,9 +FLAGS.SILENT (\\Seen)"});
  CHECK(settle({What::remove, ""}) == Commands{"UID STORE 1:3,9 +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE 1:3,9"});
  CHECK(settle({What::move, "Dönë"}) == Commands{"UID MOVE 1:3,9 \"D&APY-n&AOs-\""});
  capabilities = "IMAP4rev1 UIDPLUS";
  CHECK(settle({What::move, "Done"}) ==
        Commands{"UID COPY 1:3,9 \"Done\"", "UID STORE 1:3,9 +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE 1:3,9"});
  capabilities = "IMAP4rev1";
  for (const auto what : {What::remove, What::move}) {
    commands.clear();
    Stage stage(script);
    stage.client().open(false);
    const auto keys = keys_of(stage.client(), {1});
    const Error error = error_of([&] { stage.client().settle(keys, {what, "Done"}); });
    CHECK(error.kind() == ErrorKind::configuration);
    CHECK(contains(error.what(), "UIDPLUS"));
    CHECK(commands.empty());  // nothing was touched
  }
}

TEST_CASE("imap: settling many mails keeps every command short") {
  std::size_t longest = 0, commands = 0;
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.ready(9);
    for (Command command = imap.next(); command.text != "LOGOUT"; command = imap.next()) {
      longest = std::max(longest, command.tag.size() + command.text.size() + 3);
      ++commands;
      imap.ok(command);
    }
  });
  stage.client().open(false);
  std::vector<std::uint32_t> uids(5000);
  for (std::uint32_t i = 0; i < uids.size(); ++i) uids[i] = 4'000'000'000U + 2 * i;
  stage.client().settle(keys_of(stage.client(), uids), {SettleAction::What::seen, ""});
  stage.client().close();
  CHECK(longest < kCommandOctets);
  CHECK(commands == 8);
}

TEST_CASE("imap: moving to a folder that is missing") {
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.ready(1);
    imap.say(imap.expect("UID MOVE").tag + " NO [TRYCREATE] no");
    const Command list = imap.expect("LIST");
    imap.say(R"(* LIST () "/" INBOX)");
    imap.ok(list);
    c.wait_for_end();
  });
  stage.client().open(false);
  const auto keys = keys_of(stage.client(), {1});
  const Error error = error_of([&] { stage.client().settle(keys, {SettleAction::What::move, "Done"}); });
  CHECK(error.kind() == ErrorKind::configuration);
  CHECK(contains(error.advice(), "INBOX"));
}

TEST_CASE("imap: IDLE tells of news, and of mails that came in between") {
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.ready(3);
    for (int i = 0; i < 2; ++i) {
      const Command idle = imap.expect("IDLE");
      imap.say("+ idling");
      imap.say("* OK Still here");
      if (i == 0) imap.say("* 4 EXISTS");
      imap.expect("DONE");
      imap.ok(idle);
    }
    const Command search = imap.expect("UID SEARCH UNSEEN");
    imap.say("* SEARCH 4");
    imap.say("* 5 EXISTS");  // while the answer was under way
    imap.ok(search);
    imap.log_out();
  });
  using namespace std::chrono_literals;
  stage.client().open(true);
  CHECK(stage.client().wait(2s));
  CHECK(stage.client().folder().exists == 4);
  CHECK(stage.client().wait(2s));  // not listed since: still news
  ListRequest unseen;
  unseen.unseen_only = true;
  REQUIRE(stage.client().begin_watch());
  CHECK(stage.client().has_news());
  stage.client().end_watch();
  CHECK(stage.client().list(unseen).size() == 1);
  CHECK(stage.client().wait(2s));
  stage.client().close();
}

TEST_CASE("imap: IDLE without news ends at the time-out; one that is refused is none") {
  bool refuse = false;
  const auto script = [&](support::Conversation& c) {
    FakeImap imap(c);
    imap.ready(3);
    const Command idle = imap.expect("IDLE");
    if (refuse) {
      imap.say(idle.tag + " NO not now");
    } else {
      imap.say("+");
      imap.expect("DONE");
      imap.ok(idle);
    }
    imap.log_out();
  };
  using namespace std::chrono_literals;
  for (const bool refused : {false, true}) {
    refuse = refused;
    Stage stage(script);
    stage.client().open(true);
    CHECK(!stage.client().wait(150ms));
    if (refused) CHECK(!stage.client().wait(150ms));
    stage.client().close();
  }
}

TEST_CASE("imap: many mailboxes can be watched by one thread") {
  std::atomic<bool> deliver{false};
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.ready(3);
    const Command idle = imap.expect("IDLE");
    imap.say("+ idling");
    while (!deliver) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    imap.send("* 4 EX");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    imap.send("ISTS\r\n");
    imap.expect("DONE");
    imap.ok(idle);
    imap.log_out();
  });
  stage.client().open(true);
  REQUIRE(stage.client().begin_watch());
  CHECK(!stage.client().has_news());
  CHECK(stage.client().descriptor() >= 0);
  deliver = true;
  bool news = false;
  for (int i = 0; i < 400 && !news; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    news = stage.client().has_news();
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(500));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(news);
  stage.client().end_watch();
  stage.client().close();
}

TEST_CASE("imap: an expired token in mid-session, however it is said") {
  for (const char* words :
       {"* BYE Session invalidated - AccessTokenExpired", "TAG BAD Session invalidated - AccessTokenExpired",
        "TAG NO Session invalidated - AccessTokenExpired"}) {
    CAPTURE(words);
    Stage stage([&](support::Conversation& c) {
      FakeImap imap(c);
      imap.ready(3);
      std::string line = words;
      const Command command = imap.expect("UID SEARCH");
      if (line.rfind("TAG", 0) == 0) line.replace(0, 3, command.tag);
      imap.say(line);
      c.wait_for_end();
    });
    stage.client().open(true);
    const Error error = error_of([&] { stage.client().list({}); });
    CHECK(error.kind() == ErrorKind::temporary);
    CHECK(contains(error.what(), "AccessTokenExpired"));
    CHECK(error_of([&] { stage.client().list({}); }).kind() == ErrorKind::temporary);  // dead, and says so
  }
}

TEST_CASE("imap: throttling tells how long") {
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.ready(3);
    imap.say(imap.expect("UID SEARCH").tag + " BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds");
    imap.say("* BYE Connection closed. 14");
    c.close();
  });
  stage.client().open(true);
  const Error error = error_of([&] { stage.client().list({}); });
  CHECK(error.kind() == ErrorKind::temporary);
  CHECK(error.retry_after() == std::chrono::milliseconds(92415));
}

TEST_CASE("imap: last words without any form, and silence") {
  using namespace std::chrono_literals;
  for (const char* words : {"Server Unavailable. 15", "* BYE Connection is closed. 13", "whatever", ""}) {
    CAPTURE(words);
    ClientOptions options;
    options.patience = 500ms;
    Stage stage(
        [&](support::Conversation& c) {
          FakeImap imap(c);
          imap.ready(3);
          imap.expect("UID SEARCH");
          if (*words != 0) imap.say(words);
          if (words == std::string("whatever")) c.close();
          c.wait_for_end();
        },
        options);
    stage.client().open(true);
    const auto begin = std::chrono::steady_clock::now();
    const Error error = error_of([&] { stage.client().list({}); });
    CHECK(error.kind() == ErrorKind::temporary);
    CHECK(std::chrono::steady_clock::now() - begin < 3s);
    CHECK(contains(error.what(), *words != 0 ? words + (*words == '*' ? 6 : 0) : "did not answer in time"));
  }
}

}  // namespace poller::imap_test
