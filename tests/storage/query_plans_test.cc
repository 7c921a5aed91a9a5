// How SQLite goes about our statements: none may grow slower with the store.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "storage/sqlite/engine.h"
#include "tests/storage/conformance.h"

namespace poller::storage_test {

TEST_CASE("no statement walks over a whole table, or sorts what an index could give") {
  const TemporaryFolder folder;
  sqlite_engine::SqliteStore engine(folder.path() / "store.db", false);
  Store& store = engine;
  const std::vector<SourceKey> keys{imap_key(1)};
  const std::vector<std::string> ids{"a@example.com"};
  for (int n = 0; n < 4; ++n) store_one(store, n);
  {
    auto t = store.begin();
    t->mark_in_hand(keys);
    t->unmark_in_hand(keys);
    t->set_ledger(keys[0], LedgerState::stored, std::nullopt);
    t->set_settled(keys);
    t->forget_ledger(keys[0]);
    t->set_folder_state("support", "INBOX", {});
    t->add_thread_ids(1, ids);
    t->add_delivery({1, keys[0], 0, ""});
    t->merge_tickets(1, 2, "ann", 0);
    TicketUpdate update;
    update.status = update.queue = update.subject = update.priority = update.assignee = "x";
    update.requester = Address{};
    update.tags = std::vector<std::string>{};
    t->update_ticket(2, update, "ann", 0);
    t->touch_contact({"", "a@b"}, 0);
    t->add_quarantine({});
    t->set_quarantine_state(1, "dropped", 0);
    t->set_value("a", "b");
    t->commit();
  }
  const Stored answer = store_one(store, 4, 3);
  {
    auto t = store.begin();
    NewTicket split;
    split.number_form = "S-{id}";
    t->split_ticket(answer.message, split, "ann");
    t->commit();
  }
  store.ledger(keys);
  store.unsettled("support", "INBOX", 7);
  store.left_in_hand("support");
  store.folder_state("support", "INBOX");
  store.find_identity("x");
  store.find_identity("x", "support", "support");
  store.tickets_created_between(0, 1);
  store.for_each_created_between(0, 1, [](UnixTime, const std::string&, const std::string&) {});
  store.for_each_requester([](const std::string&) {});
  store.find_quarantined("x", "support", "support");
  store.find_thread(ids);
  store.mail_ids(0, 0, 10);
  for (int bits = 0; bits < 16; ++bits) {
    TicketFilter filter;
    if ((bits & 1) != 0) filter.queue = "support";
    if ((bits & 2) != 0) filter.status = "new";
    if ((bits & 4) != 0) filter.requester = "ann@example.com";
    if ((bits & 8) != 0) filter.since = 0;
    store.for_each_ticket(filter, [](const Ticket&) {});
    if (filter.requester) filter.other_spellings = {"ann@example.com."};
    store.for_each_ticket(filter, [](const Ticket&) {});
  }
  store.ticket_by_number("T-1");
  store.messages(3);
  store.message(3);
  store.attachment(1);
  store.message_raw_sha256(1);
  store.raw(sample_hash(1));
  store.decision_json(1);
  store.deliveries(1);
  store.changed_since(0, 10);
  store.changes(1);
  store.quarantine(true);
  store.quarantine_row(1);
  store.value("a");
  store.outbox().row(1);
  store.outbox().counts();
  store.outbox().due("support", 0, 10);
  store.outbox().next_due("support");
  store.outbox().backlog(0, 0);
  store.release_lease(*store.take_lease("support", 0));

  sqlite3* db = engine.database().handle();
  std::vector<std::string> statements;
  for (sqlite3_stmt* s = sqlite3_next_stmt(db, nullptr); s != nullptr; s = sqlite3_next_stmt(db, s)) {
    statements.emplace_back(sqlite3_sql(s));
  }
  CHECK(statements.size() > 50);
  for (const std::string& sql : statements) {
    if (sql.rfind("PRAGMA", 0) == 0 || sql.find("sqlite_s") != std::string::npos) continue;
    auto plan = engine.database().query("EXPLAIN QUERY PLAN " + sql);
    while (plan.step()) {
      const std::string line = plan.text(3);
      CAPTURE(sql);
      CAPTURE(line);
      const bool of_what_waits = line == "SCAN quarantine USING INDEX quarantine_waiting";
      CHECK((line.rfind("SCAN", 0) != 0 || of_what_waits));
      CHECK(line.find("ledger USING PRIMARY KEY (mailbox=?)") == std::string::npos);  // all mails of a mailbox
      // What waits in the outbox is never much (outbound.max_pending), nor is what one person has written under several
      // spellings of his address: sorted as it comes.
      const bool of_spellings = sql.find("requester_address COLLATE NOCASE IN") != std::string::npos;
      const bool is_small = of_spellings || sql.find("FROM outbox") != std::string::npos;
      CHECK((line.find("TEMP B-TREE") == std::string::npos || is_small));
    }
  }
}

}  // namespace poller::storage_test
