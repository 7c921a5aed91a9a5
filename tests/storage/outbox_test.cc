// The outbox: what every engine must do with mail on its way out.
#include "storage/outbox.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "lib/openssl/digest.h"
#include "tests/storage/conformance.h"

using namespace poller;                // NOLINT(google-build-using-namespace)
using namespace poller::storage_test;  // NOLINT(google-build-using-namespace)

namespace {

constexpr UnixTime kNever = UnixTime{1} << 40;  // nothing that is done is as late

struct Queued {
  std::int64_t id = 0;
  TicketId ticket = 0;
  MessageId message = 0;
};

Queued queue_one(Store& store, int n, OutboxKind kind = OutboxKind::reply, UnixTime not_before = 0) {
  auto tx = store.begin();
  const Ticket ticket = tx->create_ticket(sample_ticket(n), "test");
  const Mail mail = sample_mail(n);
  const Verdict verdict = sample_verdict();
  std::string bytes = sample_bytes(n);
  const PackedRaw raw = pack_raw(std::move(bytes), sha256_hex(sample_bytes(n)));
  NewMessage message;
  message.ticket = ticket.id;
  message.direction = Direction::out;
  message.mail = &mail;
  message.verdict = &verdict;
  message.raw = &raw;
  message.state = "pending";
  NewOutgoing out;
  out.id = tx->outbox().next_id();
  out.kind = kind;
  out.mailbox = "support";
  out.ticket = ticket.id;
  out.message = tx->add_message(message, "agent");
  out.created_at = 1000;
  out.not_before = not_before;
  out.message_id = "own-" + std::to_string(n) + "@example.test";
  out.sender = "support@example.test";
  out.to = {"a@example.test", "b@example.test"};
  out.answers = is_automatic(kind) ? "A@Example.test" : "";
  out.subject = "subject";
  out.raw = &raw;
  tx->outbox().add(out);
  tx->commit();
  return {out.id, ticket.id, *out.message};
}

template <class Work>
bool in_transaction(Store& store, Work work) {
  auto tx = store.begin();
  const bool done = work(tx->outbox());
  tx->commit();
  return done;
}

}  // namespace

TEST_CASE("a row is written whole, and its id is the one announced") {
  with_each_engine([](Place& place) {
    auto store = place.open();
    const Queued first = queue_one(*store, 1);
    const Queued second = queue_one(*store, 2, OutboxKind::ack, 2000);
    CHECK(second.id == first.id + 1);
    const auto row = store->outbox().row(second.id);
    REQUIRE(row);
    CHECK(row->kind == OutboxKind::ack);
    CHECK(row->state == OutboxState::pending);
    CHECK(row->ticket == second.ticket);
    CHECK(row->message == second.message);
    CHECK(row->next_try == 2000);
    CHECK(row->to == std::vector<std::string>{"a@example.test", "b@example.test"});
    CHECK(row->owed == row->to);
    CHECK(store->raw(row->raw_sha256) == sample_bytes(2));
    CHECK(store->outbox().by_message_id("own-2@example.test")->id == second.id);
    CHECK_FALSE(store->outbox().by_message_id("other@example.test"));
    CHECK(store->outbox().rows(kNever).size() == 2);
    CHECK(store->outbox().counts().pending == 2);
    CHECK(store->outbox().counts().oldest == 1000);
    CHECK(place.check().empty());
  });
}

TEST_CASE("an id is never given twice, also when the row did not come to be") {
  with_each_engine([](Place& place) {
    auto store = place.open();
    const Queued first = queue_one(*store, 1);
    {
      auto tx = store->begin();
      CHECK(tx->outbox().next_id() == first.id + 1);
    }
    CHECK(queue_one(*store, 2).id == first.id + 1);
  });
}

TEST_CASE("what is due: by time, alerts first, then agents' replies") {
  with_each_engine([](Place& place) {
    auto store = place.open();
    const Queued ack = queue_one(*store, 1, OutboxKind::ack);
    const Queued reply = queue_one(*store, 2);
    queue_one(*store, 3, OutboxKind::reply, 500);
    const Queued alert = queue_one(*store, 4, OutboxKind::alert);
    const auto due = store->outbox().due("support", 100, 10);
    REQUIRE(due.size() == 3);
    CHECK(due[0].id == alert.id);
    CHECK(due[1].id == reply.id);
    CHECK(due[2].id == ack.id);
    CHECK(store->outbox().due("support", 500, 2).size() == 2);
    CHECK(store->outbox().due("other", 500, 10).empty());
    CHECK(store->outbox().next_due("support") == 0);
    CHECK_FALSE(store->outbox().next_due("other"));
  });
}

TEST_CASE("the backlog: what should have gone out, and what is uncertain; alerts do not count") {
  with_each_engine([](Place& place) {
    auto store = place.open();
    CHECK(store->outbox().backlog(9000, 9000).empty());
    const Queued waiting = queue_one(*store, 1, OutboxKind::reply, 2000);
    queue_one(*store, 2, OutboxKind::reply, 8000);  // held until then
    queue_one(*store, 3, OutboxKind::alert);
    const Queued tried = queue_one(*store, 4);
    const Queued lost = queue_one(*store, 5);
    in_transaction(*store, [&](OutboxWriter& outbox) {
      outbox.claim(tried.id, 3000);
      outbox.claim(lost.id, 3000);
      outbox.finish(tried.id, {OutboxState::retry, "refused", 5000, {"a@example.test"}, "", true}, 3000);
      return outbox.finish(lost.id, {OutboxState::uncertain, "lost", 0, {"a@example.test"}, "", true}, 3000);
    });
    const auto all = store->outbox().backlog(7000, 3001);
    REQUIRE(all.size() == 1);
    CHECK(all[0].mailbox == "support");
    CHECK(all[0].waiting == 2);
    CHECK(all[0].oldest == 1000);
    CHECK(all[0].last_error == "refused");
    CHECK(all[0].uncertain == 1);
    CHECK(all[0].newest_uncertain == lost.id);
    CHECK(waiting.id < lost.id);
    CHECK(store->outbox().backlog(1000, 3000).empty());
  });
}

TEST_CASE("a row goes from state to state, and its message and its ticket tell") {
  with_each_engine([](Place& place) {
    auto store = place.open();
    const Queued q = queue_one(*store, 1);
    CHECK(in_transaction(*store, [&](OutboxWriter& o) { return o.claim(q.id, 50); }));
    CHECK_FALSE(in_transaction(*store, [&](OutboxWriter& o) { return o.claim(q.id, 50); }));
    CHECK_FALSE(in_transaction(*store, [&](OutboxWriter& o) { return o.cancel(q.id, "me", 50); }));
    CHECK(store->message(q.message)->state == "sending");
    CHECK(store->outbox().row(q.id)->attempts == 1);
    CHECK_FALSE(store->outbox().row(q.id)->end_reached);
    in_transaction(*store, [&](OutboxWriter& o) { return o.note_end_reached(q.id), true; });
    CHECK(store->outbox().row(q.id)->end_reached);
    OutboxResult later{OutboxState::retry, "451 4.7.0 later", 90, {"b@example.test"}, "", true};
    CHECK(in_transaction(*store, [&](OutboxWriter& o) { return o.finish(q.id, later, 60); }));
    CHECK_FALSE(in_transaction(*store, [&](OutboxWriter& o) { return o.finish(q.id, later, 60); }));
    CHECK(store->outbox().row(q.id)->owed == std::vector<std::string>{"b@example.test"});
    CHECK(store->outbox().due("support", 89, 10).empty());
    CHECK(store->outbox().due("support", 90, 10).size() == 1);
    CHECK(in_transaction(*store, [&](OutboxWriter& o) { return o.claim(q.id, 90); }));
    CHECK_FALSE(store->outbox().row(q.id)->end_reached);  // of the attempt before
    OutboxResult sent{OutboxState::sent, "", 0, {}, "<x@y>", true};
    CHECK(in_transaction(*store, [&](OutboxWriter& o) { return o.finish(q.id, sent, 91); }));
    CHECK(store->message(q.message)->state == "sent");
    CHECK(store->outbox().row(q.id)->server_reply == "<x@y>");
    CHECK(store->outbox().rows(kNever).empty());
    CHECK(store->outbox().rows(0).size() == 1);
    const auto changes = store->changes(q.ticket);
    CHECK(changes.back().what == "delivery");
    CHECK(changes.back().detail_json.find("\"sent\"") != std::string::npos);
    CHECK(store->outbox().mails_since("support", 90) == 1);
    CHECK(store->outbox().mails_since("support", 91) == 0);
    CHECK(store->outbox().recipients_since("support", 90) == 2);
  });
}

TEST_CASE("the marker is refused for a row that is not being sent") {
  with_each_engine([](Place& place) {
    auto store = place.open();
    const Queued q = queue_one(*store, 1);
    auto tx = store->begin();
    CHECK_THROWS_AS(tx->outbox().note_end_reached(q.id), Error);
  });
}

TEST_CASE("an attempt that does not count") {
  with_each_engine([](Place& place) {
    auto store = place.open();
    const Queued q = queue_one(*store, 1);
    in_transaction(*store, [&](OutboxWriter& o) { return o.claim(q.id, 50); });
    OutboxResult back{OutboxState::retry, "no connection", 60, {"a@example.test"}, "", false};
    in_transaction(*store, [&](OutboxWriter& o) { return o.finish(q.id, back, 51); });
    CHECK(store->outbox().row(q.id)->attempts == 0);
  });
}

TEST_CASE("a person cancels and tries again") {
  with_each_engine([](Place& place) {
    auto store = place.open();
    const Queued q = queue_one(*store, 1);
    CHECK_FALSE(in_transaction(*store, [&](OutboxWriter& o) { return o.retry(q.id, "me", 5); }));
    CHECK(in_transaction(*store, [&](OutboxWriter& o) { return o.cancel(q.id, "me", 5); }));
    CHECK(store->message(q.message)->state == "cancelled");
    CHECK(store->changes(q.ticket).back().who == "me");
    CHECK(store->outbox().due("support", 100, 10).empty());
    CHECK(in_transaction(*store, [&](OutboxWriter& o) { return o.retry(q.id, "me", 6); }));
    CHECK(store->outbox().due("support", 100, 10).size() == 1);
    CHECK_FALSE(in_transaction(*store, [&](OutboxWriter& o) { return o.cancel(99, "me", 5); }));
  });
}

TEST_CASE("automatic answers are counted by address; mutes end") {
  with_each_engine([](Place& place) {
    auto store = place.open();
    queue_one(*store, 1, OutboxKind::ack);
    queue_one(*store, 2);
    CHECK(store->outbox().answers_since("a@example.TEST", 1000) == 1);
    CHECK(store->outbox().answers_since("a@example.test", 1001) == 0);
    CHECK(store->outbox().answers_since("", 0) == 0);
    in_transaction(*store, [&](OutboxWriter& o) { return o.mute("A@example.test", 100, "bounced"), true; });
    CHECK(store->outbox().muted("a@EXAMPLE.test", 99) == "bounced");
    CHECK_FALSE(store->outbox().muted("a@example.test", 100));
  });
}

TEST_CASE("a merged ticket's mail is the other ticket's") {
  with_each_engine([](Place& place) {
    auto store = place.open();
    const Queued a = queue_one(*store, 1);
    const Queued b = queue_one(*store, 2);
    auto tx = store->begin();
    tx->merge_tickets(a.ticket, b.ticket, "me", 10);
    tx->commit();
    CHECK(store->outbox().row(a.id)->ticket == b.ticket);
  });
}
