#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/storage/conformance.h"
#include "tests/storage/processes.h"

namespace poller::storage_test {
namespace {

UnixTime in_seconds(int seconds) { return system_clock().unix_now() + seconds; }

ErrorKind kind_of_commit(Transaction& transaction) {
  try {
    transaction.commit();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::ours;
}

}  // namespace

TEST_CASE("one holder at a time, each with a greater token") {
  with_each_engine([](Place& place) {
    const auto a = place.open();
    const auto b = place.open();
    const auto first = a->take_lease("support", in_seconds(60));
    REQUIRE(first);
    CHECK_FALSE(b->take_lease("support", in_seconds(60)));
    CHECK_FALSE(a->take_lease("support", in_seconds(60)));
    CHECK(b->take_lease("billing", in_seconds(60)));
    CHECK(a->renew_lease(*first, in_seconds(120)));
    a->release_lease(*first);
    CHECK_FALSE(a->renew_lease(*first, in_seconds(120)));
    const auto second = b->take_lease("support", in_seconds(60));
    REQUIRE(second);
    CHECK(second->token > first->token);
    a->release_lease(*first);  // too late: it is another one's now
    CHECK(b->renew_lease(*second, in_seconds(60)));
  });
}

TEST_CASE("a lease whose time is over is taken over, and its writes are refused") {
  with_each_engine([](Place& place) {
    const auto slow = place.open();
    const auto fast = place.open();
    const auto old = slow->take_lease("support", in_seconds(-1));
    REQUIRE(old);
    {
      auto transaction = slow->begin(old);
      add_one(*transaction, 1);
      transaction->commit();  // over, but nobody has taken it
    }
    const auto taken = fast->take_lease("support", in_seconds(60));
    REQUIRE(taken);
    CHECK(taken->token > old->token);
    CHECK_FALSE(slow->renew_lease(*old, in_seconds(60)));
    {
      auto transaction = slow->begin(old);
      add_one(*transaction, 2);
      CHECK(kind_of_commit(*transaction) == ErrorKind::temporary);
    }
    CHECK_FALSE(slow->ticket(2));
    auto transaction = fast->begin(taken);
    add_one(*transaction, 2);
    transaction->commit();
    CHECK(slow->ticket(2));
  });
}

TEST_CASE("a released lease does not commit") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const auto lease = store->take_lease("support", in_seconds(60));
    store->release_lease(*lease);
    auto transaction = store->begin(lease);
    add_one(*transaction, 1);
    CHECK(kind_of_commit(*transaction) == ErrorKind::temporary);
    transaction.reset();
    CHECK_FALSE(store->ticket(1));
  });
}

TEST_CASE("a dead holder's lease is taken over at once, a living one's is not") {
  with_each_engine([](Place& place) {
    Child child([&]() -> int {
      const auto store = place.open();
      if (!store->take_lease("support", in_seconds(3600))) return 1;
      tell_parent();
      hang();
    });
    child.wait_for_word();
    const auto store = place.open();
    CHECK_FALSE(store->take_lease("support", in_seconds(60)));
    bool as_zombie = false;
    SUBCASE("reaped") {}
    SUBCASE("still a zombie") { as_zombie = true; }
    child.kill(as_zombie);
    const auto lease = store->take_lease("support", in_seconds(60));
    REQUIRE(lease);
    CHECK(lease->token == 2);
  });
}

TEST_CASE("leases are no business of an open transaction") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const auto lease = store->take_lease("support", in_seconds(60));
    auto transaction = store->begin();
    CHECK_THROWS_AS(store->take_lease("billing", in_seconds(60)), Error);
    store->release_lease(*lease);  // does not throw
    transaction->commit();
    CHECK(store->renew_lease(*lease, in_seconds(60)));
  });
}

}  // namespace poller::storage_test
