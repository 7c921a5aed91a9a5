#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <thread>

#include "fake_imap.h"

namespace poller::imap_test {
namespace {

// A server's answer to UID FETCH for mails of one size, until LOGOUT.
class MailServer {
 public:
  explicit MailServer(FakeImap& imap) : imap_(imap) {}
  std::map<std::uint32_t, std::string> mails;
  std::map<std::uint32_t, std::uint64_t> claimed;  // RFC822.SIZE where it is not the truth
  std::vector<std::string> commands;

  void serve() {
    for (Command command = imap_.next(); command.text != "LOGOUT"; command = imap_.next()) {
      commands.push_back(command.text);
      answer(command);
    }
  }

 private:
  std::uint64_t size_of(std::uint32_t uid) const {
    return claimed.count(uid) != 0 ? claimed.at(uid) : mails.at(uid).size();
  }
  static std::vector<std::uint32_t> expand(const std::string& set) {
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < set.size(); ++i) {
      auto first = static_cast<std::uint32_t>(std::stoul(set.substr(i)));
      i = set.find_first_of(":,", i);
      auto last = first;
      if (i != std::string::npos && set[i] == ':') {
        last = static_cast<std::uint32_t>(std::stoul(set.substr(i + 1)));
        i = set.find(',', i);
      }
      for (; first <= last; ++first) out.push_back(first);
      if (i == std::string::npos) break;
    }
    return out;
  }
  void answer(const Command& command) {
    const bool body = contains(command.text, "BODY.PEEK[]"), header = contains(command.text, "BODY.PEEK[HEADER]");
    const std::string set = command.text.substr(10, command.text.find(' ', 10) - 10);
    for (const auto uid : expand(set)) {
      if (mails.count(uid) == 0) continue;
      const std::string& mail = mails[uid];
      if (body)
        imap_.send(fetch_line(uid, mail));
      else if (header)
        imap_.send(fmt::format("* {} FETCH (UID {} RFC822.SIZE {} BODY[HEADER] {{{}}}\r\n{})\r\n", uid, uid,
                               size_of(uid), mail.find("\r\n\r\n") + 4, mail.substr(0, mail.find("\r\n\r\n") + 4)));
      else
        imap_.say(fmt::format("* {} FETCH (UID {} RFC822.SIZE {})", uid, uid, size_of(uid)));
    }
    imap_.ok(command);
  }
  FakeImap& imap_;
};

std::string mail_of(std::size_t body) { return "Subject: x\r\n\r\n" + std::string(body, 'b'); }

}  // namespace

TEST_CASE("imap fetch: batches, two in flight, never a flag changed") {
  std::vector<std::string> commands;
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.ready(120);
    imap.answer_searches(120);
    imap.answer_sizes(120, 20);
    // Both batches are asked for before the first is answered.
    const Command first = imap.next(), second = imap.next();
    commands = {first.text, second.text};
    for (std::uint32_t uid = 1; uid <= 50; ++uid) imap.send(fetch_line(uid, "first"));
    imap.ok(first);
    const Command third = imap.next();
    commands.push_back(third.text);
    for (std::uint32_t uid = 51; uid <= 100; ++uid) imap.send(fetch_line(uid, "second", "\\Seen"));
    imap.ok(second);
    for (std::uint32_t uid = 101; uid <= 120; ++uid) imap.send(fetch_line(uid, "third"));
    imap.ok(third);
    imap.log_out();
  });
  stage.client().open(true);
  const auto mails = fetch_all(stage.client());
  stage.client().close();
  REQUIRE(mails.size() == 120);
  CHECK(mails[0].bytes == "first");
  CHECK(mails[0].complete);
  CHECK(!mails[0].seen);
  CHECK(mails[0].source == SourceKey{"support", "INBOX", 77, 1, ""});
  CHECK(mails[0].received_at == 837596665);
  CHECK(mails[60].seen);
  CHECK(mails[119].bytes == "third");
  CHECK(commands == std::vector<std::string>{"UID FETCH 1:50 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])",
                                             "UID FETCH 51:100 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])",
                                             "UID FETCH 101:120 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"});
}

TEST_CASE("imap fetch: over max_size comes the header alone, by the size told or by the true one") {
  std::vector<std::string> commands;
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    MailServer server(imap);
    for (std::uint32_t uid = 1; uid <= 4; ++uid) server.mails[uid] = mail_of(100);
    server.mails[2] = mail_of(5000);
    server.mails[3] = mail_of(3000);
    server.claimed[3] = 900;   // an estimate, as Exchange gives
    server.claimed[4] = 1100;  // too large by the estimate only
    imap.ready(4);
    imap.answer_searches(4);
    server.serve();
    commands = server.commands;
  });
  stage.client().open(true);
  const auto mails = fetch_all(stage.client(), 1000);
  stage.client().close();
  std::map<std::uint32_t, RawMail> by_uid;
  for (const auto& mail : mails) by_uid[mail.source.uid] = mail;
  REQUIRE(by_uid.size() == 4);
  CHECK(by_uid[1].complete);
  CHECK(by_uid[1].bytes == mail_of(100));
  CHECK(!by_uid[2].complete);
  CHECK(by_uid[2].bytes == "Subject: x\r\n\r\n");
  CHECK(by_uid[2].announced_size == mail_of(5000).size());
  CHECK(!by_uid[3].complete);
  CHECK(by_uid[3].bytes == "Subject: x\r\n\r\n");
  CHECK(by_uid[3].announced_size == mail_of(3000).size());
  CHECK(by_uid[4].complete);
  CHECK(commands.at(2) == "UID FETCH 2 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])");
}

TEST_CASE("imap fetch: sizes that the caller knows are not asked for; a thousand mails, short commands") {
  std::size_t longest = 0;
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    MailServer server(imap);
    for (std::uint32_t i = 0; i < 1000; ++i) server.mails[4'000'000'000U + 2 * i] = mail_of(i);
    imap.ready(1000);
    server.serve();
    for (const auto& command : server.commands) longest = std::max(longest, command.size() + 20);
  });
  stage.client().open(true);
  std::vector<Listed> listed;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    listed.push_back({{"support", "INBOX", 77, 4'000'000'000U + 2 * i, ""}, std::nullopt, false});
    if (i % 2 == 0) listed.back().size = 500;
  }
  listed.push_back({{"support", "INBOX", 76, 5, ""}, 10, false});  // of an earlier UIDVALIDITY
  std::size_t got = 0;
  stage.client().fetch(listed, {}, [&](RawMail&& mail) {
    CHECK(mail.bytes.size() == (mail.source.uid - 4'000'000'000U) / 2 + 14);
    ++got;
    return true;
  });
  stage.client().close();
  CHECK(got == 1000);
  CHECK(longest < kCommandOctets);
}

TEST_CASE("imap fetch: bytes in flight stay under the limit") {
  std::size_t largest = 0;
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.ready(6);
    std::vector<Command> asked;
    // Told to be 30 MB each: two fill the 64 MB, the third must wait.
    for (int answered = 0; answered < 6; ++answered) {
      while (asked.empty() || (asked.size() < 2 && answered < 5)) asked.push_back(imap.expect("UID FETCH"));
      largest = std::max(largest, asked.size());
      imap.send(fetch_line(static_cast<std::uint32_t>(answered + 1), "small"));
      imap.ok(asked.front());
      asked.erase(asked.begin());
    }
    imap.log_out();
  });
  stage.client().open(true);
  std::vector<Listed> listed;
  for (std::uint32_t uid = 1; uid <= 6; ++uid) listed.push_back({{"support", "INBOX", 77, uid, ""}, 30'000'000, false});
  std::size_t got = 0;
  stage.client().fetch(listed, {}, [&](RawMail&&) { return ++got > 0; });
  stage.client().close();
  CHECK(got == 6);
  CHECK(largest == 2);
}

TEST_CASE("imap fetch: OK without data for a mail that exists is a mail that does not come") {
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    MailServer server(imap);
    server.mails[1] = mail_of(1);
    server.mails[3] = mail_of(3);
    imap.ready(3);
    imap.answer_searches(3);
    server.serve();
  });
  stage.client().open(true);
  const auto mails = fetch_all(stage.client());
  REQUIRE(mails.size() == 2);
  CHECK(mails[1].source.uid == 3);
}

TEST_CASE("imap fetch: a refused batch is asked for mail by mail, so that one bad mail blocks no other") {
  std::vector<std::string> commands;
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.ready(3);
    imap.answer_searches(3);
    imap.answer_sizes(3, 10);
    Command command = imap.expect("UID FETCH 1:3");
    imap.send(fetch_line(1, "one"));
    imap.say(command.tag + " NO Some messages could not be fetched.");
    for (int i = 0; i < 2; ++i) {
      command = imap.expect("UID FETCH");
      commands.push_back(command.text.substr(0, 11));
      if (contains(command.text, "FETCH 3 ")) {
        imap.send(fetch_line(3, "three"));
        imap.ok(command);
      } else {
        imap.say(command.tag + " BAD no such luck");
      }
    }
    imap.log_out();
  });
  stage.client().open(true);
  const auto mails = fetch_all(stage.client());
  stage.client().close();
  REQUIRE(mails.size() == 2);
  CHECK(mails[0].bytes == "one");
  CHECK(mails[1].bytes == "three");
  CHECK(commands == std::vector<std::string>{"UID FETCH 2", "UID FETCH 3"});
}

TEST_CASE("imap fetch: bytes that come are told before their mail is whole; of silence nothing is told") {
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.ready(1);
    imap.answer_searches(1);
    imap.answer_sizes(1, 4000);
    const Command command = imap.expect("UID FETCH 1");
    const std::string response = fetch_line(1, mail_of(4000));
    for (std::size_t at = 0; at < 3000; at += 1000) {
      imap.send(response.substr(at, 1000));
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    imap.send(response.substr(3000));
    imap.ok(command);
    imap.log_out();
  });
  stage.client().open(true);
  const auto listed = stage.client().list({});
  int told = 0, told_before_whole = 0;
  FetchOptions options;
  options.on_bytes = [&] { ++told; };
  stage.client().fetch(listed, options, [&](RawMail&&) {
    told_before_whole = told;
    return true;
  });
  CHECK(told_before_whole >= 4);  // each piece
  CHECK(told_before_whole < 10);
  const int after = told;
  stage.client().close();
  CHECK(told == after);
}

TEST_CASE("imap fetch: stopped by the sink, the session can go on, and what was asked for is not thrown away") {
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    MailServer server(imap);
    for (std::uint32_t uid = 1; uid <= 200; ++uid) server.mails[uid] = mail_of(10);
    imap.ready(200);
    imap.answer_searches(200);
    server.serve();
    if (server.commands.size() != 5) throw std::runtime_error("asked on: " + std::to_string(server.commands.size()));
  });
  stage.client().open(false);
  const auto listed = stage.client().list({});
  std::size_t got = 0;
  stage.client().fetch(listed, {}, [&](RawMail&&) { return ++got < 60; });
  CHECK(got == 150);  // what the three batches bring
  // Sizes, two batches, the third that the end of the first one brought, and this.
  stage.client().settle(std::vector<SourceKey>{listed[0].source}, {SettleAction::What::seen, ""});
  stage.client().close();
}

TEST_CASE("imap fetch: notices in between, and mails that nobody asked for") {
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    imap.ready(2);
    imap.answer_searches(2);
    imap.say("* 3 EXISTS");
    imap.answer_sizes(2, 10);
    const Command command = imap.expect("UID FETCH 1:2");
    imap.say("* 1 FETCH (FLAGS (\\Seen))");
    imap.send(fetch_line(2, "two"));
    imap.say("* 7 FETCH (UID 9 FLAGS (\\Seen) RFC822.SIZE 5)");
    imap.send(fetch_line(99, "not asked for"));
    imap.say("* OK [HIGHESTMODSEQ 5] x");
    imap.say("* 1 EXPUNGE");
    imap.say("* VANISHED 4");
    imap.say("a17 OK FETCH completed");
    imap.send(fetch_line(2, "two again"));
    imap.send(fetch_line(1, "one"));
    imap.ok(command);
    imap.log_out();
  });
  stage.client().open(true);
  const auto mails = fetch_all(stage.client());
  REQUIRE(mails.size() == 2);
  CHECK(mails[0].bytes == "two");
  CHECK(mails[1].bytes == "one");
  CHECK(stage.client().folder().exists == 2);
  CHECK(stage.client().wait(std::chrono::seconds(1)));  // EXISTS came after the listing
  stage.client().close();
}

TEST_CASE("imap fetch: a connection that breaks in a mail, and one that stalls") {
  for (const bool stall : {false, true}) {
    ClientOptions options;
    options.patience = std::chrono::milliseconds(400);
    Stage stage(
        [&](support::Conversation& c) {
          FakeImap imap(c);
          imap.ready(2);
          imap.answer_searches(2);
          imap.answer_sizes(2, 10);
          imap.expect("UID FETCH 1:2");
          imap.send(fetch_line(1, "one"));
          imap.send("* 2 FETCH (UID 2 BODY[] {100000}\r\nhalf");
          if (!stall)
            c.reset();
          else
            c.wait_for_end();
        },
        options);
    stage.client().open(true);
    const auto listed = stage.client().list({});
    std::size_t got = 0;
    const Error error = error_of([&] { stage.client().fetch(listed, {}, [&](RawMail&&) { return ++got > 0; }); });
    CHECK(error.kind() == ErrorKind::temporary);
    CHECK(got == 1);  // never half a mail
    CHECK(error_of([&] { stage.client().list({}); }).kind() == ErrorKind::temporary);
  }
}

TEST_CASE("imap fetch: a large mail comes through whole") {
  std::string large = "Subject: large\r\n\r\n";
  for (std::uint32_t i = 0; large.size() < 5'000'000; ++i) large += std::to_string(i * 2654435761U);
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    MailServer server(imap);
    server.mails[1] = large;
    server.mails[2] = mail_of(20'000);
    imap.ready(2);
    imap.answer_searches(2);
    server.serve();
  });
  stage.client().open(true);
  const auto mails = fetch_all(stage.client());
  REQUIRE(mails.size() == 2);
  CHECK(mails[0].bytes == large);
  CHECK(mails[1].bytes == mail_of(20'000));
}

TEST_CASE("imap fetch: what the sink throws ends the fetch and the session") {
  Stage stage([&](support::Conversation& c) {
    FakeImap imap(c);
    MailServer server(imap);
    server.mails[1] = mail_of(1);
    imap.ready(1);
    imap.answer_searches(1);
    server.serve();
  });
  stage.client().open(true);
  const auto listed = stage.client().list({});
  CHECK_THROWS_AS(stage.client().fetch(listed, {}, [](RawMail&&) -> bool { throw std::logic_error("x"); }),
                  std::logic_error);
  CHECK(error_of([&] { stage.client().list({}); }).kind() == ErrorKind::temporary);
}

}  // namespace poller::imap_test
