#include <doctest/doctest.h>

#include "tests/storage/conformance.h"

namespace poller::storage_test {
namespace {

template <class F>
void committed(Store& store, F f) {
  auto transaction = store.begin();
  f(*transaction);
  transaction->commit();
}

}  // namespace

TEST_CASE("the ledger knows a mail by all of its key") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const std::vector<SourceKey> keys{{"support", "INBOX", 7, 1, ""},  {"support", "INBOX", 8, 1, ""},
                                      {"support", "Other", 7, 1, ""},  {"billing", "INBOX", 7, 1, ""},
                                      {"support", "", 0, 0, "uidl-1"}, {"support", "", 0, 0, "\xff path"}};
    CHECK(store->ledger(keys).empty());
    for (const SourceKey& key : keys) {
      committed(*store, [&](Transaction& t) { t.set_ledger(key, LedgerState::settled, std::nullopt); });
      const auto found = store->ledger(std::vector{key});
      REQUIRE(found.size() == 1);
      CHECK(found[0].source == key);
      CHECK(found[0].state == LedgerState::settled);
    }
    CHECK(store->ledger(keys).size() == keys.size());
    CHECK(store->ledger(std::vector<SourceKey>{{"support", "INBOX", 7, 2, ""}}).empty());
  });
}

TEST_CASE("attempts are counted while a mail is in hand, and stored mails are left alone") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const std::vector<SourceKey> one{imap_key(1)};
    const auto entry = [&] { return store->ledger(one).at(0); };
    committed(*store, [&](Transaction& t) { t.mark_in_hand(one); });
    CHECK(entry().attempts == 1);
    CHECK(entry().state == LedgerState::in_hand);
    committed(*store, [&](Transaction& t) { t.mark_in_hand(one); });
    CHECK(entry().attempts == 2);
    committed(*store, [&](Transaction& t) { t.unmark_in_hand(one); });
    CHECK(entry().attempts == 1);
    CHECK(store->left_in_hand("support").size() == 1);  // nobody has it in hand now
    committed(*store, [&](Transaction& t) { t.unmark_in_hand(one); });
    CHECK(store->ledger(one).empty());

    const Stored stored = store_one(*store, 1);
    committed(*store, [&](Transaction& t) { t.set_ledger(one[0], LedgerState::stored, stored.message); });
    committed(*store, [&](Transaction& t) {
      t.mark_in_hand(one);
      t.unmark_in_hand(one);
    });
    CHECK(entry().state == LedgerState::stored);
    CHECK(entry().message == stored.message);
    committed(*store, [&](Transaction& t) { t.forget_ledger(one[0]); });
    CHECK(store->ledger(one).empty());
  });
}

TEST_CASE("unsettled mails are those that the server has not heard of") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    committed(*store, [&](Transaction& t) {
      t.mark_in_hand(std::vector{imap_key(1)});
      t.set_ledger(imap_key(2), LedgerState::stored, std::nullopt);
      t.set_ledger(imap_key(3), LedgerState::settled, std::nullopt);
      t.set_ledger(imap_key(4), LedgerState::quarantined, std::nullopt);
      t.set_ledger(imap_key(5), LedgerState::held, std::nullopt);
      t.set_ledger(imap_key(6, "billing"), LedgerState::stored, std::nullopt);
    });
    const std::vector<SourceKey> expected{imap_key(2), imap_key(4)};
    CHECK(store->unsettled("support", "INBOX", 7) == expected);
    CHECK(store->unsettled("support", "INBOX", 8).empty());
    const std::vector<SourceKey> all{imap_key(1), imap_key(2), imap_key(3), imap_key(4), imap_key(5)};
    committed(*store, [&](Transaction& t) { t.set_settled(all); });
    CHECK(store->unsettled("support", "INBOX", 7).empty());
    const auto now = store->ledger(all);
    CHECK(now.at(0).state == LedgerState::in_hand);
    CHECK(now.at(1).state == LedgerState::settled);
    CHECK(now.at(3).state == LedgerState::settled);
    CHECK(now.at(4).state == LedgerState::held);
  });
}

TEST_CASE("a folder's state is kept between passes") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    CHECK_FALSE(store->folder_state("support", "INBOX"));
    committed(*store, [&](Transaction& t) {
      t.set_folder_state("support", "INBOX", {1, 2, 3, 4});
      t.set_folder_state("support", "INBOX", {4'294'967'295U, 4'000'000'000U, 1'700'000'000, 5});
    });
    const auto state = place.open()->folder_state("support", "INBOX");
    REQUIRE(state);
    CHECK(state->uidvalidity == 4'294'967'295U);
    CHECK(state->watermark == 4'000'000'000U);
    CHECK(state->listed_in_full_at == 1'700'000'000);
    CHECK(state->start_uid == 5);
    CHECK_FALSE(store->folder_state("support", "Other"));
  });
}

}  // namespace poller::storage_test
