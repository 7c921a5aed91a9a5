// The outbox against a real SMTP server.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/error.h"
#include "outbox_home.h"

namespace poller::outbound {
namespace {

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

TEST_CASE("a sender who is refused is a fault of the mailbox, in the server's words, and held against no mail") {
  OutboxHome home;
  const Queued q = home.queue("no sender");
  smtp_server().behave(R"({"mail": "530 5.7.57 Client not authenticated to send mail"})");
  CHECK(home.run().code == ExitCode::configuration);
  CHECK(has(home.row(q).last_error, "the SMTP server refused the sender: 530 5.7.57 Client not authenticated"));
  CHECK(home.row(q).state == OutboxState::retry);
  CHECK(home.row(q).attempts == 0);
  smtp_server().behave(R"({"rcpt": "553 5.7.1 Sender address rejected: not owned by user"})");
  home.clock.offset += 1000;
  CHECK(home.run().code == ExitCode::configuration);
  CHECK(home.row(q).attempts == 0);
  CHECK(has(home.store->value(sending_trouble_name("support")).value_or(""), "set smtp.from"));
  smtp_server().behave("{}");
  home.clock.offset += 1000;
  CHECK(home.run().sent == 1);
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

TEST_CASE("every recipient refused for good: failed, and a person's retry has them all again") {
  OutboxHome home;
  const Queued q = home.queue("nobody", 0, {{"", "c@example.com"}, {"", "d@example.com"}});
  smtp_server().behave(R"({"rcpt": {"d@example.com": "452 4.2.2 full"}})");
  CHECK(home.run().retry == 1);
  smtp_server().behave(R"({"rcpt": "550 5.1.1 unknown"})");
  home.clock.offset += 1000;
  CHECK(home.run().failed == 1);
  smtp_server().behave("{}");
  auto tx = home.store->begin();
  CHECK(tx->outbox().retry(q.outbox, "ann", home.clock.unix_now()));
  tx->commit();
  CHECK(home.run().sent == 1);
  CHECK(smtp_server().mails().back().to == std::vector<std::string>{"d@example.com"});  // the other one has had it
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
  CHECK_THROWS_AS(home.run(), LeaseHeld);
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
  CHECK_THROWS_AS(
      sender->send(row, *home.store->raw(row.raw_sha256),
                   [](const auto&) { throw Error(ErrorKind::temporary, "another process has taken over"); }),
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

TEST_CASE("a recipient in an internationalised domain gets his mail, by the name that servers know") {
  OutboxHome home;
  const Queued q = home.queue("far away", 0, {{"J\u00f6e", "joe@b\u00fccher.example"}});
  CHECK(home.row(q).to == std::vector<std::string>{"joe@xn--bcher-kva.example"});
  CHECK(home.run().sent == 1);
  CHECK(has(smtp_server().mails().back().data, "<joe@xn--bcher-kva.example>"));
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
