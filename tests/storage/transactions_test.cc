#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/storage/conformance.h"

namespace poller::storage_test {
namespace {

template <class F>
std::optional<ErrorKind> kind_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.kind();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("a transaction that is not committed leaves nothing") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    {
      auto transaction = store->begin();
      add_one(*transaction, 1);
      CHECK(store->ticket(1));  // its own store sees its writes
    }
    CHECK_FALSE(store->ticket(1));
    CHECK(store->changed_since(0, 9).empty());
    CHECK(store->find_thread(std::vector<std::string>{"mail-1@example.com"}).empty());
    CHECK_FALSE(store->raw(sample_mail(1).sha256));
    store_one(*store, 2);
    CHECK(store->ticket(1)->subject == "Größe 2");
  });
}

TEST_CASE("undoing one mail of a group takes no neighbour with it") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    auto transaction = store->begin();
    for (int n = 1; n <= 9; ++n) {
      transaction->savepoint();
      add_one(*transaction, n);
      transaction->set_ledger(imap_key(static_cast<std::uint32_t>(n)), LedgerState::stored, std::nullopt);
      n % 3 == 0 ? transaction->rollback_to_savepoint() : transaction->release_savepoint();
    }
    transaction->set_value("after", "yes");
    transaction->commit();
    for (int n = 1; n <= 9; ++n) {
      CHECK(store->ledger(std::vector{imap_key(static_cast<std::uint32_t>(n))}).empty() == (n % 3 == 0));
      const std::string id = sample_mail(n).message_id.value();
      CHECK(store->find_thread(std::vector{id}).empty() == (n % 3 == 0));
      CHECK(store->raw(sample_mail(n).sha256).has_value() == (n % 3 != 0));
    }
    CHECK(store->value("after") == "yes");
    CHECK(place.check().empty());
  });
}

TEST_CASE("an error in one mail leaves the group usable") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    auto transaction = store->begin();
    add_one(*transaction, 1);
    transaction->savepoint();
    CHECK_THROWS_AS(add_one(*transaction, 2, 99), Error);  // no such ticket
    transaction->rollback_to_savepoint();
    add_one(*transaction, 3);
    transaction->commit();
    CHECK(store->messages(1).size() == 1);
    CHECK(store->messages(2).size() == 1);
    CHECK(place.check().empty());
  });
}

TEST_CASE("misuse is told, not carried out") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    auto transaction = store->begin();
    CHECK(kind_of([&] { store->begin(); }) == ErrorKind::ours);
    CHECK(kind_of([&] { transaction->release_savepoint(); }) == ErrorKind::ours);
    CHECK(kind_of([&] { transaction->rollback_to_savepoint(); }) == ErrorKind::ours);
    transaction->savepoint();
    CHECK(kind_of([&] { transaction->savepoint(); }) == ErrorKind::ours);
    transaction->commit();
    CHECK(kind_of([&] { transaction->commit(); }) == ErrorKind::ours);
    CHECK(kind_of([&] { transaction->set_value("a", "b"); }) == ErrorKind::ours);
    transaction.reset();
    CHECK_FALSE(store->value("a"));
  });
}

TEST_CASE("a full disk is Error(storage), nothing half-done stays, and room makes it go on") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    store_one(*store, 1);
    place.set_full(*store, true);
    std::optional<ErrorKind> kind;
    int added = 0;
    {
      auto transaction = store->begin();
      kind = kind_of([&] {
        for (int n = 2; n < 5'000; ++n, ++added) {
          transaction->savepoint();
          add_one(*transaction, n);
          transaction->release_savepoint();
        }
      });
      CHECK(added < 4'000);
      REQUIRE(kind == ErrorKind::storage);
      // The engine may have undone everything by itself: nothing may be committed after that, not even by accident.
      CHECK(kind_of([&] {
              transaction->rollback_to_savepoint();
              add_one(*transaction, 2);
              transaction->commit();
            }) == ErrorKind::storage);
    }
    CHECK_FALSE(store->ticket(2));
    CHECK(store->messages(1).size() == 1);
    place.set_full(*store, false);
    CHECK(store_one(*store, 2).ticket.id == 2);
    CHECK(place.check().empty());
  });
}

TEST_CASE("values and mailbox status are kept") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    auto transaction = store->begin();
    transaction->set_value("a", "1");
    transaction->set_value("a", "2");
    MailboxStatus status{"support", "ok", 1, 2, 3, "", 4, ""};
    transaction->set_mailbox_status(status);
    status = {"support", "throttled", 5, 6, 7, "slow down", 8, "wait"};
    transaction->set_mailbox_status(status);
    transaction->set_mailbox_status({"billing", "ok", 0, 0, 0, "", 0, ""});
    transaction->touch_contact({"Ann", "ann@example.com"}, 1'700'000'000);
    transaction->touch_contact({"", "ANN@example.com"}, 1'700'010'000);
    transaction->touch_contact({"Nobody", ""}, 0);
    transaction->commit();
    const auto again = place.open(true);
    CHECK(again->value("a") == "2");
    CHECK_FALSE(again->value("b"));
    const auto all = again->mailbox_statuses();
    REQUIRE(all.size() == 2);
    CHECK(all[0].name == "billing");
    CHECK(all[1].state == "throttled");
    CHECK(all[1].last_success == 5);
    CHECK(all[1].next_poll == 6);
    CHECK(all[1].lag_seconds == 7);
    CHECK(all[1].last_error == "slow down");
    CHECK(all[1].since == 8);
    CHECK(all[1].advice == "wait");
  });
}

TEST_CASE("quarantine keeps what was had, and what a person decided") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const std::string bytes = "Subject: broken\r\n\r\n";
    const PackedRaw raw = pack_raw(std::string(bytes), sample_mail(1).sha256);
    auto transaction = store->begin();
    NewQuarantine with_bytes;
    with_bytes.source = imap_key(5);
    with_bytes.reason = "over max_size";
    with_bytes.attempts = 3;
    with_bytes.complete = false;
    with_bytes.raw = &raw;
    with_bytes.size = 99'000'000;
    with_bytes.subject = "broken";
    with_bytes.received_at = 1'700'000'000;
    with_bytes.ticket = transaction->create_ticket(sample_ticket(1), "poller").id;
    const auto first = transaction->add_quarantine(with_bytes);
    NewQuarantine bare;
    bare.source = imap_key(6);
    bare.reason = "no bytes";
    const auto second = transaction->add_quarantine(bare);
    transaction->commit();

    const auto row = store->quarantine_row(first);
    REQUIRE(row);
    CHECK(row->source == imap_key(5));
    CHECK(row->mailbox == "support");
    CHECK(row->reason == "over max_size");
    CHECK(row->attempts == 3);
    CHECK_FALSE(row->complete);
    CHECK(row->size == 99'000'000);
    CHECK(row->sha256 == raw.sha256);
    CHECK(row->subject == "broken");
    CHECK(row->received_at == 1'700'000'000);
    CHECK(row->state == "open");
    CHECK(row->ticket == 1);
    CHECK(store->quarantine_row(second)->sha256.empty());
    CHECK_FALSE(store->quarantine_row(second)->ticket);
    CHECK_FALSE(store->quarantine_row(99));
    CHECK(store->quarantine(true).size() == 2);

    auto decided = store->begin();
    decided->set_quarantine_state(first, "retry-wanted", 100'000'000);
    decided->set_quarantine_state(second, "dropped", 0);
    CHECK_THROWS_AS(decided->set_quarantine_state(99, "dropped", 0), Error);
    decided->commit();
    CHECK(store->quarantine_row(first)->retry_max_size == 100'000'000);
    REQUIRE(store->quarantine(true).size() == 1);  // a wish is not yet a success
    CHECK(store->quarantine(true).front().id == first);
    CHECK(store->quarantine(false).size() == 2);
  });
}

}  // namespace poller::storage_test
