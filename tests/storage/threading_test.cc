#include <doctest/doctest.h>

#include "lib/sqlite/database.h"
#include "storage/sqlite/migrations.h"
#include "tests/storage/conformance.h"

namespace poller::storage_test {

TEST_CASE("participants are known without regard to case, also through a merge") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    auto tx = store->begin();
    const TicketId older = tx->create_ticket(sample_ticket(1), "x").id;
    const TicketId younger = tx->create_ticket(sample_ticket(2), "x").id;
    const std::vector<std::string> addresses{"Bob@example.com", "carl@example.com", "bob@EXAMPLE.com"};
    tx->add_participants(younger, addresses);
    tx->add_participants(younger, addresses);
    CHECK(store->is_participant(younger, "bob@example.com"));
    CHECK_FALSE(store->is_participant(older, "bob@example.com"));
    CHECK_FALSE(store->is_participant(younger, "eve@example.com"));
    tx->merge_tickets(younger, older, "x", 5);
    CHECK(store->is_participant(older, "CARL@example.com"));
    tx->commit();
  });
}

TEST_CASE("a ticket is no mailing list: beyond five hundred nobody is added") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    auto tx = store->begin();
    const TicketId ticket = tx->create_ticket(sample_ticket(1), "x").id;
    std::vector<std::string> addresses;
    for (int i = 1; i <= 501; ++i) addresses.push_back("p" + std::to_string(i) + "@example.com");
    tx->add_participants(ticket, addresses);
    CHECK(store->is_participant(ticket, "p500@example.com"));
    CHECK_FALSE(store->is_participant(ticket, "p501@example.com"));
  });
}

TEST_CASE("the tickets of a time, whose they are and who wrote; every requester in each spelling once") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    auto tx = store->begin();
    std::vector<TicketId> ids;
    for (const char* requester : {"boss@example.com", "Ann@example.com", "ann@EXAMPLE.com", "ann@example.com."}) {
      NewTicket ticket = sample_ticket(1);
      ticket.requester = {"", requester};
      ticket.created_at = 100 + static_cast<UnixTime>(ids.size());
      ids.push_back(tx->create_ticket(ticket, "x").id);
    }
    Mail mail = sample_mail(1);
    mail.from = Address{"", "form@example.net"};
    const Verdict verdict;
    NewMessage message;
    message.ticket = ids[0];
    message.mail = &mail;
    message.verdict = &verdict;
    tx->add_message(message, "x");
    tx->commit();
    std::vector<std::string> seen;
    store->for_each_created_between(100, 102,
                                    [&](UnixTime at, const std::string& requester, const std::string& writer) {
                                      seen.push_back(std::to_string(at) + " " + requester + " " + writer);
                                    });
    CHECK(seen == std::vector<std::string>{"100 boss@example.com form@example.net", "101 Ann@example.com ",
                                           "102 ann@EXAMPLE.com "});
    CHECK(store->tickets_created_between(101, 103) == 3);
    std::size_t requesters = 0;
    store->for_each_requester([&](const std::string&) { ++requesters; });
    CHECK(requesters == 3);
    TicketFilter filter;
    filter.requester = "ann@example.com";
    filter.other_spellings = {"ANN@example.com."};
    std::size_t listed = 0;
    store->for_each_ticket(filter, [&](const Ticket&) { ++listed; });
    CHECK(listed == 3);
  });
}

TEST_CASE("message keys come back in the order in which they were made") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    CHECK(store->message_keys().empty());
    auto tx = store->begin();
    tx->add_message_key(Secret("first"), 10);
    tx->add_message_key(Secret("second"), 20);
    tx->commit();
    const auto keys = place.open()->message_keys();
    REQUIRE(keys.size() == 2);
    CHECK(keys[0].secret.reveal() == "first");
    CHECK(keys[1].secret.reveal() == "second");
    CHECK(keys[1].created_at == 20);
    CHECK(keys[0].id < keys[1].id);
  });
}

TEST_CASE("the upgrade takes over the key of earlier versions, and the recipients of their mails") {
  TemporaryFolder folder;
  const std::string path = (folder.path() / "poller.db").string();
  { const auto store = open_sqlite_store(path); }  // the newest schema, then back to how the second one was
  sqlite::Database db(path, false, 1000);
  db.execute(
      "DROP TABLE participant; DROP TABLE message_key; DROP INDEX ticket_created; DROP INDEX ticket_requester_created;"
      "DROP INDEX outbox_answered; PRAGMA user_version = 2;"
      "INSERT INTO value VALUES ('outbox.message_id_key', 'the key of old');"
      "INSERT INTO ticket (id, number, subject, queue, status, priority, assignee, tags_json, requester_name,"
      " requester_address, created_at, updated_at, message_count)"
      " VALUES (1, 'T-1', '', 'q', 'new', '', '', '[]', '', 'a@x', 0, 0, 1);"
      "INSERT INTO message (ticket_id, direction, kind, state, mailbox, received_at, in_reply_to, subject, to_json,"
      " cc_json, size, extra_json, decision_json, text) VALUES (1, 'in', 'mail', 'stored', 'm', 0, '[]', '',"
      " '[{\"name\":\"\",\"address\":\"support@x\"}]',"
      " '[{\"name\":\"Bob\",\"address\":\"bob@x\"},{\"name\":\"nobody\",\"address\":\"\"}]', 1, '{}', '{}', '')");
  std::vector<sqlite_engine::Migration> steps = sqlite_engine::migrations();
  steps.resize(3);
  sqlite_engine::migrate(db, steps);
  CHECK(db.read_integer("SELECT count(*) FROM participant") == 2);
  CHECK(db.read_integer("SELECT count(*) FROM message_key WHERE secret = 'the key of old'") == 1);
  CHECK(db.read_integer("SELECT count(*) FROM value WHERE name = 'outbox.message_id_key'") == 0);
}

}  // namespace poller::storage_test
