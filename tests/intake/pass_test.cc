#include <doctest/doctest.h>

#include "fake_mailbox.h"

using namespace poller;
using namespace poller::test;

namespace {

void fill(FakeServer& server, int count) {
  for (int i = 1; i <= count; ++i) {
    server.add(mail_text("m" + std::to_string(i) + "@example.com", "subject " + std::to_string(i)));
  }
}

}  // namespace

TEST_CASE("every mail becomes a message, the server is told after the commit, a second pass finds nothing") {
  World w;
  fill(w.server, 120);
  const auto first = w.pass();
  CHECK(first.mails == 120);
  CHECK(first.stored == 120);
  CHECK(first.tickets_created == 120);
  for (const auto& [uid, mail] : w.server.mails) CHECK(mail.seen);
  const int fetched = w.server.fetched;
  const auto second = w.pass();
  CHECK(second.mails == 0);
  CHECK(w.server.fetched == fetched);
}

TEST_CASE("after: keep never touches the server; remove and move take the mail away") {
  World w;
  fill(w.server, 3);
  SUBCASE("keep") {
    w.mailbox().after.action = config::AfterAction::keep;
    w.pass();
    for (const auto& [uid, mail] : w.server.mails) CHECK_FALSE(mail.seen);
    CHECK(w.pass().mails == 0);
  }
  SUBCASE("remove") {
    w.mailbox().after.action = config::AfterAction::remove;
    w.pass();
    CHECK(w.server.mails.empty());
  }
  SUBCASE("move") {
    w.mailbox().after = {config::AfterAction::move, "Done"};
    w.pass();
    CHECK(w.server.moved.size() == 3);
  }
}

TEST_CASE("a settle that failed is made up for by the next pass, without a mail twice") {
  World w;
  fill(w.server, 5);
  w.server.refused_settle = true;
  CHECK_THROWS_AS(w.pass(), Error);
  CHECK(w.tickets().size() == 5);
  w.server.refused_settle = false;
  w.reopen();
  CHECK(w.pass().mails == 0);
  for (const auto& [uid, mail] : w.server.mails) CHECK(mail.seen);
  CHECK(w.tickets().size() == 5);
}

TEST_CASE("the token expires in mid-fetch: the pass signs in again and goes on where it was") {
  World w;
  fill(w.server, 50);
  w.server.expire_after = 20;
  const auto s = w.pass();
  CHECK(s.stored == 50);
  CHECK(s.duplicate == 0);
  CHECK(w.server.sessions == 2);
  CHECK(w.tickets().size() == 50);
}

TEST_CASE("a renumbered folder (UIDVALIDITY) makes no duplicates") {
  World w;
  fill(w.server, 10);
  w.pass();
  w.server.uidvalidity = 8;
  w.server.add(mail_text("new@example.com", "a new one"));
  const auto s = w.pass();
  CHECK(s.duplicate == 10);
  CHECK(s.stored == 1);
  CHECK(w.tickets().size() == 11);
}

TEST_CASE("start: new leaves what was there alone, also after the folder was renumbered") {
  World w;
  w.mailbox().start = config::Start::only_new;
  fill(w.server, 4);
  CHECK(w.pass().mails == 0);
  w.server.add("Received: by mx.example.com; Tue, 01 Dec 2099 00:00:00 +0000\r\n" +
               mail_text("late@example.com", "late"));
  CHECK(w.pass().stored == 1);
  w.server.uidvalidity = 9;
  const auto s = w.pass();
  CHECK(s.stored == 0);
  CHECK(s.duplicate == 1);
  CHECK(s.ignored == 4);
}

TEST_CASE("start: unseen takes what was unseen, and everything that comes later") {
  World w;
  w.mailbox().start = config::Start::unseen;
  fill(w.server, 4);
  w.server.mails[2].seen = true;
  CHECK(w.pass().stored == 3);
  const auto uid = w.server.add(mail_text("later@example.com", "read by a person before we came"));
  w.server.mails[uid].seen = true;
  CHECK(w.pass().stored == 1);
}

TEST_CASE("over max_size: quarantine with what was had, a minimal ticket, never settled, not fetched again") {
  World w;
  w.mailbox().max_size = 2000;
  w.mailbox().after.action = config::AfterAction::remove;
  w.server.add(mail_text("big@example.com", "big") + std::string(5000, 'x'));
  w.server.add(mail_text("small@example.com", "small"));
  const auto s = w.pass();
  CHECK(s.quarantined == 1);
  CHECK(s.stored == 1);
  CHECK(w.server.mails.size() == 1);
  CHECK(w.tickets().size() == 2);
  const int fetched = w.server.fetched;
  CHECK(w.pass().mails == 0);
  CHECK(w.server.fetched == fetched);
  const auto rows = w.store->quarantine(true);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].subject == "big");
  CHECK_FALSE(rows[0].complete);

  SUBCASE("quarantine retry with a larger limit fetches it again, into its own ticket") {
    auto tx = w.store->begin();
    tx->set_quarantine_state(rows[0].id, "retry-wanted", 1'000'000);
    tx->commit();
    tx.reset();
    CHECK(w.pass().stored == 1);
    CHECK(w.server.mails.empty());
    CHECK(w.store->quarantine(true).empty());
    CHECK(w.tickets().size() == 2);
  }
  SUBCASE("a retry that is still too large stays in quarantine") {
    auto tx = w.store->begin();
    tx->set_quarantine_state(rows[0].id, "retry-wanted", 0);
    tx->commit();
    tx.reset();
    CHECK(w.pass().quarantined == 1);
    CHECK(w.store->quarantine(true).size() == 1);
    CHECK(w.server.mails.size() == 1);
  }
}

TEST_CASE("quarantine: hold makes no ticket") {
  World w;
  w.config.quarantine = config::QuarantinePolicy::hold;
  w.mailbox().max_size = 100;
  w.server.add(mail_text("big@example.com", "big"));
  CHECK(w.pass().quarantined == 1);
  CHECK(w.tickets().empty());
  CHECK(w.events.at(0).placement.ticket == std::nullopt);
}

namespace {

const char* const kStub =
    "From: \"Microsoft Exchange Server\" <postmaster@example.com>\r\nSubject: Retrieval using the IMAP4 protocol "
    "failed "
    "for the following message: 17\r\n\r\nThe server couldn't retrieve the following message\r\n";

}  // namespace

TEST_CASE("Exchange's stub in place of a mail is fetched again in later passes, until the mail comes") {
  World w;
  const auto uid = w.server.add(kStub);
  w.server.add(mail_text("b@example.com", "b"));
  const auto first = w.pass();
  CHECK(first.stored == 1);
  CHECK(first.mails == 1);
  CHECK(w.pass().mails == 0);
  CHECK(w.store->quarantine(true).empty());
  CHECK_FALSE(w.server.mails[uid].seen);
  w.server.mails[uid].bytes = mail_text("true@example.com", "the true mail");
  CHECK(w.pass().stored == 1);
  CHECK(w.server.mails[uid].seen);
  CHECK(w.tickets().size() == 2);
}

TEST_CASE("Exchange's stub for the third time goes to quarantine; the true mail makes the ticket its own") {
  World w;
  const auto uid = w.server.add(kStub);
  int quarantined = 0;
  for (int i = 0; i < 5; ++i) quarantined += static_cast<int>(w.pass().quarantined);
  CHECK(quarantined == 1);
  CHECK(w.server.fetched == 3);
  CHECK_FALSE(w.server.mails[uid].seen);
  const auto rows = w.store->quarantine(true);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].attempts == 3);
  REQUIRE(w.tickets().size() == 1);
  CHECK(w.tickets()[0].requester.address.empty());  // it is nobody's: postmaster gets no answers to it
  w.server.mails[uid].bytes = mail_text("true@example.com", "the true mail");
  auto tx = w.store->begin();
  tx->set_quarantine_state(rows[0].id, "retry-wanted", 0);
  tx->commit();
  tx.reset();
  CHECK(w.pass().stored == 1);
  REQUIRE(w.tickets().size() == 1);
  CHECK(w.tickets()[0].requester.address == "ann@example.com");
  CHECK(w.tickets()[0].subject == "the true mail");
}

TEST_CASE("a dry run counts no attempt of a stub") {
  World w;
  w.server.add(kStub);
  for (int i = 0; i < 4; ++i) CHECK(w.pass(true).quarantined == 0);
  for (int i = 0; i < 2; ++i) CHECK(w.pass().quarantined == 0);
  CHECK(w.pass().quarantined == 1);
}

TEST_CASE("a mail listed without bytes is tried three times, then quarantined; it holds up nobody") {
  World w;
  const auto uid = w.server.add(mail_text("a@example.com", "a"));
  w.server.mails[uid].silent = true;
  w.server.add(mail_text("b@example.com", "b"));
  CHECK(w.pass().stored == 1);
  CHECK(w.store->quarantine(true).empty());
  int quarantined = 0;
  for (int i = 0; i < 4; ++i) quarantined += static_cast<int>(w.pass().quarantined);
  CHECK(quarantined == 1);
  CHECK(w.store->quarantine(true).at(0).attempts == 3);
  CHECK_FALSE(w.server.mails[uid].seen);
}

TEST_CASE("mails that a dead process had in hand are stored by the next pass") {
  World w;
  fill(w.server, 3);
  std::vector<SourceKey> keys;
  for (std::uint32_t uid = 1; uid <= 3; ++uid) keys.push_back({"box", "INBOX", 7, uid, ""});
  auto tx = w.store->begin();
  tx->mark_in_hand(keys);
  tx->commit();
  tx.reset();
  CHECK(w.pass().stored == 3);
  CHECK(w.pass().mails == 0);
}

TEST_CASE("a mail for which memory does not suffice holds up nobody: for the third time it goes to quarantine") {
  World w;
  fill(w.server, 3);
  w.server.mails[2].too_large = true;
  const auto failure = [&w] {
    try {
      w.pass();
      return std::string();
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::temporary);
      return std::string(error.what());
    }
  };
  CHECK(failure().find("memory") != std::string::npos);
  w.server.add(mail_text("later@example.com", "later"));
  CHECK(failure().find("memory") != std::string::npos);  // what is new came before it, and what stood before it
  CHECK(w.tickets().size() == 2);
  CHECK(failure().find("memory") != std::string::npos);
  CHECK(w.store->quarantine(true).size() == 1);
  CHECK(w.pass().stored == 1);
  CHECK(w.pass().mails == 0);
  CHECK_FALSE(w.server.mails[2].seen);
  CHECK(w.server.mails[3].seen);
}

TEST_CASE("large mails that a dead process had in hand are not all in memory at once") {
  constexpr std::size_t kMail = 5'000'000;
  World w;
  for (int i = 0; i < 8; ++i) {
    const auto id = std::to_string(i) + "@example.com";
    w.server.add(mail_text(id, "large") + std::string(kMail, 'x') + "\r\n");
  }
  w.server.add(mail_text("silent@example.com", "silent"));
  w.server.mails[9].silent = true;
  std::vector<SourceKey> keys;
  for (std::uint32_t uid = 1; uid <= 9; ++uid) keys.push_back({"box", "INBOX", 7, uid, ""});
  auto tx = w.store->begin();
  tx->mark_in_hand(keys);
  tx->mark_in_hand(keys);
  tx->commit();
  tx.reset();
  const auto s = w.pass();
  CHECK(s.stored == 8);
  CHECK(s.quarantined == 1);  // the silent one, for the third time
  CHECK(w.server.largest_fetch < 7 * kMail);
  CHECK(w.server.largest_fetch > 2 * kMail);
  CHECK(w.pass().mails == 0);
}

TEST_CASE("a mail that three processes died with goes to quarantine with all its bytes") {
  World w;
  fill(w.server, 2);
  const std::vector<SourceKey> keys{{"box", "INBOX", 7, 1, ""}};
  for (int i = 0; i < 3; ++i) {
    auto tx = w.store->begin();
    tx->mark_in_hand(keys);
    tx->commit();
  }
  const auto s = w.pass();
  CHECK(s.quarantined == 1);
  CHECK(s.stored == 1);
  CHECK(w.store->quarantine(true).at(0).complete);
  CHECK(w.server.mails[1].seen);  // every byte of it is here
}

TEST_CASE("a dry run says what would happen and changes nothing, here or there") {
  World w;
  w.server.add(mail_text("a@example.com", "a"));
  w.server.add(mail_text("b@example.com", "Re: a", "<a@example.com>"));
  const auto s = w.pass(true);
  CHECK(s.stored == 2);
  CHECK(s.tickets_created == 1);
  CHECK(w.tickets().empty());
  CHECK_FALSE(w.server.mails[1].seen);
  CHECK(w.pass().stored == 2);
}

TEST_CASE("a mailbox that another process works on is left alone") {
  World w;
  fill(w.server, 1);
  const auto other = open_sqlite_store((w.folder / "poller.db").string());
  const auto lease = other->take_lease("box", system_clock().unix_now() + 60);
  REQUIRE(lease);
  CHECK_THROWS_AS(w.pass(), Error);
  other->release_lease(*lease);
  CHECK(w.pass().stored == 1);
}
