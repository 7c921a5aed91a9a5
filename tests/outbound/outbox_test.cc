// The outbox against a real SMTP server.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

#include "base/error.h"
#include "outbox_home.h"

namespace poller::outbound {
namespace {

struct FakeSent final : SentLookup {
  explicit FakeSent(std::set<std::string> present) : ids(std::move(present)) {}
  std::vector<std::string> find(const std::vector<std::string>& wanted, UnixTime /*since*/) override {
    std::vector<std::string> found;
    for (const auto& id : wanted) {
      if (ids.count(id) != 0) found.push_back(id);
    }
    return found;
  }
  std::set<std::string> ids;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("several mails go over one connection, byte for byte, and the server's id is kept") {
  OutboxHome home;
  const auto before = smtp_server().mails().size();
  const Queued a = home.queue("one connection 1");
  const Queued b = home.queue("one connection 2");
  const RunSummary summary = home.run();
  CHECK(summary.sent == 2);
  CHECK(summary.code == ExitCode::ok);
  const auto mails = smtp_server().mails();
  REQUIRE(mails.size() == before + 2);
  const auto& first = mails[before];
  CHECK(first.session == mails[before + 1].session);
  CHECK(first.tls);
  CHECK(first.ehlo == "poller.example.test");
  CHECK(first.user == "support@example.test");
  CHECK(first.from == "support@example.test");
  CHECK(first.to == std::vector<std::string>{"c@example.com"});
  CHECK(first.data == *home.store->raw(home.row(a).raw_sha256));
  CHECK(home.row(a).state == OutboxState::sent);
  CHECK(has(home.row(b).server_reply, "@smtp.example"));
  CHECK(home.store->message(*a.message)->state == "sent");
  CHECK(home.run().sent == 0);
}

TEST_CASE("implicit TLS") {
  OutboxHome home(smtp_server().tls_port(), true);
  home.queue("implicit");
  CHECK(home.run().sent == 1);
}

TEST_CASE("refused for good, and for now") {
  OutboxHome home;
  const Queued q = home.queue("refused");
  smtp_server().behave(R"({"data": "451 4.7.0 Temporary server error. Please try again later"})");
  const RunSummary later = home.run();
  CHECK(later.retry == 1);
  CHECK(later.code == ExitCode::temporary);
  CHECK(home.row(q).state == OutboxState::retry);
  CHECK(has(home.row(q).last_error, "4.7.0"));
  CHECK(home.row(q).next_try >= home.clock.unix_now() + 40);
  CHECK(home.run().retry == 0);  // its time has not come
  CHECK(home.run().code == ExitCode::ok);
  home.clock.offset += 100;
  smtp_server().behave(R"({"data": "554 5.6.0 Corrupt message content"})");
  const RunSummary never = home.run();
  CHECK(never.failed == 1);
  CHECK(home.row(q).state == OutboxState::failed);
  CHECK(never.code == ExitCode::ok);
}

TEST_CASE("one mail refused for now says nothing of the next") {
  OutboxHome home;
  std::vector<Queued> all;
  for (int i = 0; i < 4; ++i) all.push_back(home.queue("refused in a row " + std::to_string(i)));
  smtp_server().behave(R"({"data": "451 4.3.0 later"})");
  CHECK(home.run().retry == 4);
  for (const auto& q : all) CHECK(home.row(q).state == OutboxState::retry);
  smtp_server().behave("{}");
  home.clock.offset += 100;
  CHECK(home.run().sent == 4);
}

TEST_CASE("after so many retries it is given up") {
  OutboxHome home;
  home.config.outbound.retries = 1;
  const Queued q = home.queue("given up");
  smtp_server().behave(R"({"data": "451 4.3.0 later"})");
  CHECK(home.run().retry == 1);
  home.clock.offset += 1000;
  CHECK(home.run().failed == 1);
  CHECK(home.row(q).attempts == 2);
}

TEST_CASE("one recipient refused: the others get the mail, once") {
  OutboxHome home;
  const Queued q = home.queue("partly", 0, {{"", "c@example.com"}, {"", "full@example.com"}, {"", "gone@example.com"}});
  smtp_server().behave(R"({"rcpt": {"full@example.com": "452 4.2.2 full", "gone@example.com": "550 5.1.1 unknown"}})");
  CHECK(home.run().retry == 1);
  CHECK(home.row(q).owed == std::vector<std::string>{"full@example.com"});
  CHECK(has(home.row(q).last_error, "gone@example.com"));
  smtp_server().behave("{}");
  home.clock.offset += 100;
  CHECK(home.run().sent == 1);
  CHECK(smtp_server().mails().back().to == std::vector<std::string>{"full@example.com"});
}

TEST_CASE("a refused sign-in stops the mailbox and is held against no mail") {
  OutboxHome home;
  const Queued a = home.queue("password 1");
  const Queued b = home.queue("password 2");
  const RunSummary summary = home.run({}, "wrong");
  CHECK(summary.code == ExitCode::sign_in);
  CHECK(summary.retry == 1);
  CHECK(home.row(a).attempts == 0);
  CHECK(home.row(b).state == OutboxState::pending);
  CHECK_FALSE(has(home.row(a).last_error, "wrong"));
}

TEST_CASE("a server that is not there") {
  OutboxHome home(1);
  const Queued q = home.queue("nobody home");
  CHECK(home.run().code == ExitCode::unreachable);
  CHECK(home.row(q).state == OutboxState::retry);
}

TEST_CASE("lost after the end and before the answer: uncertain, and never sent again by itself") {
  OutboxHome home;
  const Queued q = home.queue("uncertain");
  smtp_server().behave(R"({"lose": "after"})");
  CHECK(home.run().uncertain == 1);
  CHECK(home.row(q).state == OutboxState::uncertain);
  smtp_server().behave("{}");
  home.clock.offset += 10'000;
  CHECK(home.run().sent == 0);
  CHECK(taken_subjects()["uncertain"] == 1);
}

TEST_CASE("uncertain, and found in the Sent folder: sent") {
  OutboxHome home;
  const Queued q = home.queue("uncertain found");
  smtp_server().behave(R"({"lose": "after"})");
  home.run();
  RunOptions options;
  options.sent = [&] { return std::make_unique<FakeSent>(std::set<std::string>{q.message_id}); };
  home.run(options);
  CHECK(home.row(q).state == OutboxState::sent);
}

TEST_CASE("uncertain and not found: one more try only where the folder is known to hold what was sent") {
  OutboxHome home;
  const Queued known = home.queue("uncertain witness");
  home.run();
  const Queued q = home.queue("uncertain lost");
  smtp_server().behave(R"({"lose": "before"})");
  home.run();
  CHECK(home.row(q).state == OutboxState::uncertain);
  smtp_server().behave("{}");
  RunOptions empty, trusted;
  empty.sent = [] { return std::make_unique<FakeSent>(std::set<std::string>{}); };
  trusted.sent = [&] { return std::make_unique<FakeSent>(std::set<std::string>{known.message_id}); };
  home.clock.offset += 700;
  home.run(empty);
  CHECK(home.row(q).state == OutboxState::uncertain);
  home.clock.offset += 700;
  smtp_server().behave(R"({"lose": "before"})");
  home.run(trusted);
  CHECK(home.row(q).state == OutboxState::uncertain);  // tried once more, and uncertain again
  smtp_server().behave("{}");
  home.clock.offset += 700;
  home.run(trusted);
  CHECK(home.row(q).state == OutboxState::uncertain);
  CHECK(taken_subjects()["uncertain lost"] == 0);
}

TEST_CASE("what a dead process left behind") {
  OutboxHome home;
  const Queued early = home.queue("left early");
  const Queued late = home.queue("left late");
  auto tx = home.store->begin();
  tx->outbox().claim(early.outbox, home.clock.unix_now());
  tx->outbox().claim(late.outbox, home.clock.unix_now());
  tx->outbox().note_end_reached(late.outbox);
  tx->commit();
  const RunSummary summary = home.run();
  CHECK(summary.sent == 1);
  CHECK(summary.uncertain == 1);
  CHECK(home.row(early).state == OutboxState::sent);
  CHECK(home.row(late).state == OutboxState::uncertain);
}

TEST_CASE("two pollers: the second one keeps its hands off") {
  OutboxHome home;
  home.queue("leased");
  const auto lease = home.store->take_lease("outbox support", home.clock.unix_now() + 60);
  REQUIRE(lease);
  CHECK_THROWS_AS(home.run(), Error);
  home.store->release_lease(*lease);
  CHECK(home.run().sent == 1);
}

TEST_CASE("a poller that was overtaken does not send the end") {
  OutboxHome home;
  const Queued q = home.queue("overtaken");
  SmtpCredentials credentials;
  credentials.password = [] { return Secret("pw"); };
  const auto sender = make_smtp_sender(home.config.mailboxes[0], credentials, home.deadlines, "");
  const auto row = home.row(q);
  CHECK_THROWS_AS(sender->send(row, *home.store->raw(row.raw_sha256),
                               [] { throw Error(ErrorKind::temporary, "another process has taken over"); }),
                  Error);
  CHECK(taken_subjects()["overtaken"] == 0);
}

TEST_CASE("hold and the limits: waiting is no failure") {
  OutboxHome home;
  home.queue("held", home.clock.unix_now() + 30);
  CHECK(home.run().sent == 0);
  CHECK(home.run().code == ExitCode::ok);
  home.clock.offset += 31;
  CHECK(home.run().sent == 1);
  home.config.outbound.max_per_run = 2;
  home.config.outbound.max_per_minute = 4;
  for (int i = 0; i < 6; ++i) home.queue("limit " + std::to_string(i));
  CHECK(home.run().sent == 2);
  CHECK(home.run().sent == 1);  // four within the minute, the held one among them
  const RunSummary waiting = home.run();
  CHECK(waiting.sent == 0);
  CHECK(waiting.code == ExitCode::ok);
  home.clock.offset += 61;
  CHECK(home.run().sent == 2);
}

TEST_CASE("an address with a line break never becomes a command") {
  OutboxHome home;
  auto tx = home.store->begin();
  Draft draft;
  draft.mailbox = &home.config.mailboxes[0];
  draft.to = {{"", "a@example.com>\r\nRCPT TO:<b@example.com"}};
  draft.subject = "x";
  CHECK_THROWS_AS(enqueue(*home.store, *tx, draft, 0), Error);
}

}  // namespace poller::outbound
