// Operator alerts: what is told, when, through whom.
#include "service/notify.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>

#include "alert_home.h"
#include "outbound/answers.h"
#include "outbound/runner.h"

using namespace poller;                // NOLINT(google-build-using-namespace): the room under test
using namespace poller::service_test;  // NOLINT(google-build-using-namespace): its helpers

namespace {

std::int64_t quarantine_one(Store& store) {
  NewQuarantine row;
  row.source.mailbox = "support";
  row.source.uid = static_cast<std::uint32_t>(store.quarantine(false).size() + 1);
  row.reason = "too large";
  auto tx = store.begin();
  const auto id = tx->add_quarantine(row);
  tx->commit();
  return id;
}

}  // namespace

TEST_CASE("a sign-in that is needed: told at once, again after notify.every, its end once") {
  AlertHome home;
  home.look();
  CHECK(home.rows().empty());
  home.status("support", "sign-in needed", kStart - 60, "the server refused the token");
  home.look();
  home.look();
  REQUIRE(home.rows().size() == 1);
  const OutboxRow first = home.rows()[0];
  CHECK(first.kind == OutboxKind::alert);
  CHECK(first.subject == "poller: sign-in needed for mailbox support");
  CHECK(first.to == std::vector<std::string>{"ops@example.com"});
  CHECK(first.mailbox == "billing");  // the one without trouble
  CHECK(tells(home.body(first), "the server refused the token"));
  CHECK(tells(home.body(first), "Auto-Submitted: auto-generated"));
  home.now += kEvery - 1;
  home.look();
  CHECK(home.rows().size() == 1);
  home.now += 1;
  home.look();
  CHECK(home.rows().size() == 2);
  home.status("support", "ok", home.now);
  home.look();
  home.look();
  REQUIRE(home.rows().size() == 3);
  CHECK(home.rows()[2].subject == "poller: all clear: sign-in needed for mailbox support");
}

TEST_CASE("what comes and goes is told once in notify.every") {
  AlertHome home;
  for (int i = 0; i < 10; ++i) {
    home.status("support", "sign-in needed", kStart);
    home.look();
    home.now += 30;
    home.status("support", "ok", home.now);
    home.look();
    home.now += 30;
  }
  CHECK(home.rows().size() == 2);  // the alert and its all clear
  home.now += kEvery;
  home.status("support", "sign-in needed", kStart);
  home.look();
  CHECK(home.rows().size() == 3);
}

TEST_CASE("the quarantine: told when it grew, not because it is there; all clear when it is empty") {
  AlertHome home;
  const auto first = quarantine_one(*home.store);
  home.look();
  CHECK(home.rows().size() == 1);
  home.now += kEvery;
  home.look();
  CHECK(home.rows().size() == 1);
  const auto second = quarantine_one(*home.store);
  home.look();
  REQUIRE(home.rows().size() == 2);
  CHECK(tells(home.body(home.rows()[1]), "2 waiting"));
  auto tx = home.store->begin();
  tx->set_quarantine_state(first, "dropped", 0);
  tx->set_quarantine_state(second, "dropped", 0);
  tx->commit();
  home.look();
  REQUIRE(home.rows().size() == 3);
  CHECK(tells(home.rows()[2].subject, "all clear"));
}

TEST_CASE("the outbox: stuck, full, uncertain, and a mailbox that cannot send") {
  AlertHome home;
  home.config.outbound.max_pending = 1;
  NewOutgoing mail;
  auto tx = home.store->begin();
  mail.id = tx->outbox().next_id();
  mail.mailbox = "support";
  mail.created_at = mail.not_before = kStart;
  mail.message_id = "a@b";
  mail.to = {"c@example.com"};
  const PackedRaw raw = pack_raw("x", std::string(64, 'a'));
  mail.raw = &raw;
  tx->outbox().add(mail);
  tx->set_value(outbound::sending_trouble_name("support"), "SendAsDenied\nGrant Send As.");
  tx->commit();
  home.look();
  REQUIRE(home.rows().size() == 2);
  const std::string early = home.body(home.rows()[1]);
  CHECK(tells(early, "mailbox support cannot send"));
  CHECK(tells(early, "Grant Send As."));
  CHECK(tells(early, "the outbox is full"));
  CHECK_FALSE(tells(early, "is not sent"));
  home.now += 2 * 3600 + 1;
  home.look();
  REQUIRE(home.rows().size() == 3);
  CHECK(home.rows()[2].subject == "poller: mail of mailbox support is not sent");
  tx.reset();
  tx = home.store->begin();
  tx->outbox().claim(1, home.now);
  tx->outbox().finish(1, {OutboxState::uncertain, "lost", 0, {"c@example.com"}, "", true}, home.now);
  tx->commit();
  tx.reset();
  home.now += 601;
  home.look();
  const auto rows = home.rows();
  REQUIRE(rows.size() == 5);
  CHECK(rows[3].subject == "poller: nobody knows whether mail of mailbox support was sent");
  CHECK(tells(rows[4].subject, "all clear"));
}

TEST_CASE("an agent's reply that failed is told once, and again with the next one; an automatic answer's end is not") {
  AlertHome home;
  const PackedRaw raw = pack_raw("x", std::string(64, 'a'));
  const auto fail = [&](OutboxKind kind) {
    auto tx = home.store->begin();
    NewOutgoing mail;
    mail.id = tx->outbox().next_id();
    mail.kind = kind;
    mail.mailbox = "support";
    mail.created_at = mail.not_before = home.now;
    mail.message_id = std::to_string(mail.id) + "@b";
    mail.to = {"c@example.com"};
    mail.raw = &raw;
    tx->outbox().add(mail);
    tx->outbox().claim(mail.id, home.now);
    tx->outbox().finish(mail.id, {OutboxState::failed, "550 no such user", 0, {"c@example.com"}, "", true}, home.now);
    tx->commit();
  };
  const auto alerts = [&] {
    home.look();
    std::vector<std::string> out;
    for (const auto& row : home.rows()) {
      if (row.kind == OutboxKind::alert) out.push_back(home.body(row));
    }
    return out;
  };
  fail(OutboxKind::ack);
  CHECK(alerts().empty());
  fail(OutboxKind::reply);
  auto told = alerts();
  REQUIRE(told.size() == 1);
  CHECK(tells(told[0], "550 no such user"));
  home.now += home.config.notify.every.count() + 1;
  CHECK(alerts().size() == 1);
  fail(OutboxKind::reply);
  told = alerts();
  REQUIRE(told.size() == 2);
  CHECK(tells(told[1], "2 failed"));
}

TEST_CASE("an answer refused for want of room is told even when there is room again") {
  AlertHome home;
  auto tx = home.store->begin();
  tx->set_value(outbound::kRefusedForRoom, rfc3339(kStart - 10));
  tx->commit();
  home.look();
  REQUIRE(home.rows().size() == 1);
  CHECK(home.rows()[0].subject == "poller: the outbox is full");
}

TEST_CASE("the disk: a quarter more than enough ends it") {
  AlertHome home;
  home.room = kStorageReserve - 1;
  home.look();
  REQUIRE(home.rows().size() == 1);
  CHECK(home.rows()[0].subject == "poller: the disk is nearly full");
  home.room = kStorageReserve + 1;
  home.look();
  CHECK(home.rows().size() == 1);
  home.room = kStorageReserve + kStorageReserve / 4;
  home.look();
  CHECK(home.rows().size() == 2);
}

TEST_CASE("a client secret that ends: told at each stage, not every four hours") {
  AlertHome home;
  auto& mailbox = home.config.mailboxes[0];
  mailbox.auth = config::Auth::oauth;
  mailbox.oauth.user = mailbox.address;
  const auto day = [&](UnixTime at) {
    return std::chrono::time_point_cast<std::chrono::days>(
        std::chrono::sys_seconds(std::chrono::seconds(at)));  // rounds down here: all are after 1970
  };
  const auto secrets = [&] {
    int found = 0;
    for (const auto& row : home.rows()) found += tells(home.body(row), "client secret or certificate") ? 1 : 0;
    return found;
  };
  mailbox.oauth.client_secret_expires = day(kStart + 10 * 86'400);
  home.look();
  CHECK(secrets() == 1);
  home.now += 86'400;
  home.look();
  CHECK(secrets() == 1);
  home.now += 4 * 86'400;
  home.look();
  CHECK(secrets() == 2);
}

TEST_CASE("several at once are one mail; an alert that a mailbox cannot send goes through the next, once each") {
  AlertHome home;
  home.status("support", "sign-in needed", kStart);
  home.room = 0;
  Notifier notifier(home.config, home.sources);
  notifier.look(*home.store, home.now);
  REQUIRE(home.rows().size() == 1);
  CHECK(tells(home.rows()[0].subject, ", and 1 more"));
  CHECK_FALSE(notifier.pass_on(*home.store, home.now));
  const auto fail = [&](std::int64_t id) {
    auto tx = home.store->begin();
    tx->outbox().claim(id, home.now);
    tx->outbox().finish(id, {OutboxState::retry, "refused", home.now + 60, {"ops@example.com"}, "", true}, home.now);
    tx->commit();
  };
  fail(1);
  CHECK(notifier.pass_on(*home.store, home.now));
  REQUIRE(home.rows().size() == 2);
  CHECK(home.rows()[0].state == OutboxState::cancelled);
  CHECK(home.rows()[1].mailbox == "support");
  CHECK(home.rows()[1].subject == home.rows()[0].subject);
  fail(2);
  CHECK_FALSE(notifier.pass_on(*home.store, home.now));  // each has had it: the last one goes on trying
  CHECK(home.rows().size() == 2);
  CHECK(home.rows()[1].state == OutboxState::retry);
}

TEST_CASE("a mailbox that does not even try hands it on after two minutes") {
  AlertHome home;
  home.room = 0;
  Notifier notifier(home.config, home.sources);
  notifier.look(*home.store, home.now);
  CHECK_FALSE(notifier.pass_on(*home.store, home.now + 120));
  CHECK(notifier.pass_on(*home.store, home.now + 121));
}

TEST_CASE("a command gets the alert on its standard input; one that fails is asked again a minute later") {
  AlertHome home;
  home.config.notify.to.clear();
  const auto out = (home.dir / "told").string();
  const auto gate = (home.dir / "open").string();
  home.config.notify.command = {
      "/bin/sh", "-c",
      fmt::format(R"(test -e {1} || exit 3; echo "$POLLER_ALERT $POLLER_SUBJECT" >>{0}; cat >>{0})", out, gate)};
  home.status("support", "sign-in needed", kStart, "refused");
  Notifier notifier(home.config, home.sources);
  notifier.look(*home.store, home.now);
  CHECK_FALSE(std::filesystem::exists(out));
  support::write_text(gate, "");
  notifier.look(*home.store, home.now + 59);
  CHECK_FALSE(std::filesystem::exists(out));
  notifier.look(*home.store, home.now + 60);
  notifier.look(*home.store, home.now + 61);
  const std::string told = support::read_text(out);
  CHECK(told.starts_with("trouble poller: sign-in needed for mailbox support\n"));
  CHECK(tells(told, "refused"));
  CHECK(tells(told, "poller status"));
  CHECK(told.find("trouble poller", 1) == std::string::npos);
  home.status("support", "ok", kStart);
  notifier.look(*home.store, home.now + 100);
  CHECK(tells(support::read_text(out), "all-clear poller: all clear: "));
  CHECK(home.rows().empty());
}

TEST_CASE("another process is telling: this one keeps quiet; what the store holds from elsewhere does no harm") {
  AlertHome home;
  home.room = 0;
  auto tx = home.store->begin();
  tx->set_value("alerts mail", "[not json");
  tx->set_value("alerts on their way", R"([{"row": "x"}, 7])");
  tx->commit();
  const auto lease = home.store->take_lease("poller/alerts", home.now + 100);
  REQUIRE(lease);
  home.look();
  CHECK(home.rows().empty());
  home.store->release_lease(*lease);
  home.look();
  CHECK(home.rows().size() == 1);
}
