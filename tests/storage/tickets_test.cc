#include <doctest/doctest.h>

#include "base/error.h"
#include "storage/ticket_number.h"
#include "tests/storage/conformance.h"

namespace poller::storage_test {
namespace {

std::vector<std::string> whats(Store& store, TicketId ticket) {
  std::vector<std::string> out;
  for (const Change& change : store.changes(ticket)) out.push_back(change.what);
  return out;
}

std::vector<TicketId> listed(Store& store, const TicketFilter& filter) {
  std::vector<TicketId> out;
  store.for_each_ticket(filter, [&](const Ticket& ticket) { out.push_back(ticket.id); });
  return out;
}

using Words = std::vector<std::string>;
using Ids = std::vector<TicketId>;

}  // namespace

TEST_CASE("a ticket's number follows the queue's form") {
  const UnixTime in_2026 = 1'780'000'000;
  CHECK(ticket_number("T-{id}", 17, in_2026) == "T-17");
  CHECK(ticket_number("{id:06}", 17, in_2026) == "000017");
  CHECK(ticket_number("{id:06}", 12345678, in_2026) == "12345678");
  CHECK(ticket_number("INC{year}-{id:4}/x", 17, in_2026) == "INC2026-0017/x");
  CHECK(ticket_number("T", 17, in_2026) == "T-17");
  CHECK(ticket_number("", 17, in_2026) == "17");
  CHECK(ticket_number("{id:99}{id:}{what}{", 17, in_2026) == "{id:99}{id:}{what}{-17");
}

TEST_CASE("a new ticket is there with its number and its first line of history") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    auto transaction = store->begin();
    const Ticket made = transaction->create_ticket(sample_ticket(1), "rule 3");
    transaction->commit();
    CHECK(made.number == "T-1");
    const auto ticket = place.open()->ticket(made.id);
    REQUIRE(ticket);
    CHECK(ticket->number == "T-1");
    CHECK(ticket->subject == "Größe 1");
    CHECK(ticket->queue == "support");
    CHECK(ticket->status == "new");
    CHECK(ticket->priority == "high");
    CHECK(ticket->assignee == "carol");
    CHECK(ticket->tags == Words{"one", "two"});
    CHECK(ticket->requester == Address{"Ann", "ann@example.com"});
    CHECK(ticket->created_at == 1'700'000'001);
    CHECK(ticket->updated_at == 1'700'000'001);
    CHECK(ticket->message_count == 0);
    CHECK_FALSE(ticket->merged_into);
    CHECK(store->ticket_by_number("t-1")->id == made.id);
    CHECK_FALSE(store->ticket_by_number("T-2"));
    const auto changes = store->changes(made.id);
    REQUIRE(changes.size() == 1);
    CHECK(changes[0].what == "created");
    CHECK(changes[0].who == "rule 3");
    CHECK(changes[0].at == 1'700'000'001);
  });
}

TEST_CASE("no two tickets bear one number, whatever the queues' forms") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    auto transaction = store->begin();
    NewTicket ticket = sample_ticket(1);
    ticket.number_form = "A1{id}";
    CHECK(transaction->create_ticket(ticket, "poller").number == "A11");
    ticket.number_form = "A{id}";
    for (int i = 0; i < 9; ++i) transaction->create_ticket(ticket, "poller");
    CHECK(transaction->create_ticket(ticket, "poller").number == "A11-11");
  });
}

TEST_CASE("an update writes what changes, and nothing else") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const TicketId id = store_one(*store, 1).ticket.id;
    auto transaction = store->begin();
    TicketUpdate same;
    same.status = "new";
    same.queue = "support";
    same.tags = Words{"one", "two"};
    transaction->update_ticket(id, same, "ann", 1'800'000'000);
    CHECK(whats(*store, id) == Words{"created", "message"});
    CHECK(store->ticket(id)->updated_at < 1'800'000'000);

    TicketUpdate update;
    update.status = "closed";
    update.queue = "billing";
    update.subject = "Other";
    update.priority = "";
    update.assignee = "dave";
    update.requester = Address{"Bob", "bob@example.com"};
    update.tags = Words{};
    transaction->update_ticket(id, update, "ann", 1'800'000'000);
    transaction->commit();
    CHECK(whats(*store, id) ==
          Words{"created", "message", "status", "queue", "subject", "priority", "assignee", "requester", "tags"});
    const Change status = store->changes(id).at(2);
    CHECK(status.who == "ann");
    CHECK(status.at == 1'800'000'000);
    CHECK(status.detail_json == R"({"new":"closed","old":"new"})");
    const Ticket now = store->ticket(id).value();
    CHECK(now.status == "closed");
    CHECK(now.queue == "billing");
    CHECK(now.subject == "Other");
    CHECK(now.priority.empty());
    CHECK(now.assignee == "dave");
    CHECK(now.requester.address == "bob@example.com");
    CHECK(now.tags.empty());
    CHECK(now.updated_at == 1'800'000'000);

    auto another = store->begin();
    CHECK_THROWS_AS(another->update_ticket(99, update, "ann", 0), Error);
  });
}

TEST_CASE("merged tickets lead to where their messages are") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    const TicketId a = store_one(*store, 1).ticket.id;
    const TicketId b = store_one(*store, 2).ticket.id;
    const TicketId c = store_one(*store, 3).ticket.id;
    auto transaction = store->begin();
    transaction->add_thread_ids(b, Words{"only-referred@example.com", "mail-1@example.com"});
    transaction->merge_tickets(b, a, "ann", 1'800'000'000);
    transaction->merge_tickets(a, c, "ann", 1'800'000'001);
    transaction->commit();

    CHECK(store->follow_merges(b) == c);
    CHECK(store->follow_merges(a) == c);
    CHECK(store->follow_merges(c) == c);
    CHECK(store->ticket(b)->merged_into == c);
    CHECK(store->ticket(b)->status == "merged");
    CHECK(store->ticket(a)->message_count == 0);
    CHECK(store->ticket(c)->message_count == 3);
    CHECK(store->ticket(c)->updated_at == 1'800'000'001);
    CHECK(store->messages(a).empty());
    const auto messages = store->messages(c);
    REQUIRE(messages.size() == 3);
    CHECK(messages[0].mail.message_id == "mail-1@example.com");  // by time, not by who was merged when
    CHECK(messages[2].mail.message_id == "mail-3@example.com");
    CHECK(whats(*store, a) == Words{"created", "message", "merged", "merged"});
    CHECK(whats(*store, b) == Words{"created", "message", "merged"});
    CHECK(whats(*store, c) == Words{"created", "message", "merged"});
    CHECK(store->changes(b).back().detail_json == R"({"into":1,"messages":1})");

    const auto hits = store->find_thread(Words{"mail-2@example.com", "only-referred@example.com"});
    REQUIRE(hits.size() == 2);
    CHECK(hits[0].ticket == c);
    CHECK(hits[1].ticket == c);
    const auto once = store->find_thread(Words{"mail-1@example.com"});
    REQUIRE(once.size() == 1);
    CHECK(once[0].message == messages[0].id);
    CHECK(store->find_identity("identity-2")->ticket == c);
    CHECK(place.check().empty());

    auto again = store->begin();
    CHECK_THROWS_AS(again->merge_tickets(b, c, "ann", 0), Error);
    CHECK_THROWS_AS(again->merge_tickets(c, b, "ann", 0), Error);  // b leads to c
    CHECK_THROWS_AS(again->merge_tickets(c, c, "ann", 0), Error);
  });
}

TEST_CASE("tickets are listed newest first, by any filter") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    for (int n = 1; n <= 4; ++n) store_one(*store, n);
    auto transaction = store->begin();
    TicketUpdate closed;
    closed.status = "closed";
    transaction->update_ticket(2, closed, "ann", 1'700'000'100);
    TicketUpdate billing;
    billing.queue = "billing";
    billing.requester = Address{"", "Bob@Example.com"};
    transaction->update_ticket(3, billing, "ann", 1'700'000'003);
    transaction->commit();
    CHECK(listed(*store, {}) == Ids{2, 4, 3, 1});
    CHECK(listed(*store, {{}, "new", {}, {}, {}, {}}) == Ids{4, 3, 1});
    CHECK(listed(*store, {"support", {}, {}, {}, {}, {}}) == Ids{2, 4, 1});
    CHECK(listed(*store, {"support", "new", {}, {}, {}, {}}) == Ids{4, 1});
    CHECK(listed(*store, {{}, {}, "bob@example.COM", {}, {}, {}}) == Ids{3});
    CHECK(listed(*store, {{}, {}, {}, {}, 1'700'000'004, {}}) == Ids{2, 4});
    CHECK(listed(*store, {{}, {}, {}, {}, {}, 2}) == Ids{2, 4});
    CHECK(listed(*store, {{}, {}, {}, {}, {}, 0}).empty());
    CHECK(listed(*store, {"support", "closed", "ann@example.com", {}, 1'700'000'100, 9}) == Ids{2});
  });
}

TEST_CASE("the store can be asked while tickets are listed") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    for (int n = 1; n <= 3; ++n) store_one(*store, n);
    int inner = 0;
    store->for_each_ticket({}, [&](const Ticket& outer) {
      CHECK(store->messages(outer.id).size() == 1);
      store->for_each_ticket({}, [&](const Ticket&) { ++inner; });
    });
    CHECK(inner == 9);
  });
}

TEST_CASE("followers get each changed ticket once, at its last change") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    for (int n = 1; n <= 3; ++n) store_one(*store, n);  // changes 1 to 6
    auto transaction = store->begin();
    transaction->add_change({0, 1, std::nullopt, 1'700'000'000, "ann", "note", R"({"a":1})"});
    transaction->commit();
    using Pairs = std::vector<std::pair<TicketId, std::int64_t>>;
    CHECK(store->changed_since(0, 100) == Pairs{{2, 4}, {3, 6}, {1, 7}});
    CHECK(store->changed_since(0, 1) == Pairs{{2, 4}});
    CHECK(store->changed_since(4, 100) == Pairs{{3, 6}, {1, 7}});
    CHECK(store->changed_since(7, 100).empty());
    CHECK(store->changes(1).back().detail_json == R"({"a":1})");
  });
}

TEST_CASE("ids are never given twice") {
  with_each_engine([](Place& place) {
    const auto store = place.open();
    store_one(*store, 1);
    {
      auto undone = store->begin();
      CHECK(add_one(*undone, 2).ticket.id == 2);
    }
    auto transaction = store->begin();
    transaction->savepoint();
    CHECK(add_one(*transaction, 2).ticket.id == 2);
    transaction->rollback_to_savepoint();
    const Stored kept = add_one(*transaction, 3);
    CHECK(kept.ticket.id == 2);  // nobody has seen the undone one
    transaction->commit();
    CHECK(store->messages(2).front().mail.message_id == "mail-3@example.com");
  });
}

}  // namespace poller::storage_test
