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
