// What points at a message that was moved to a ticket of its own.
#include <doctest/doctest.h>

#include <algorithm>

#include "fake_mailbox.h"
#include "letter.h"
#include "storage/outbox.h"
#include "threading/message_id.h"
#include "threading/ring_store.h"

namespace poller {
namespace {

using test::Letter;

struct SplitWorld : test::World {
  TicketId ticket = 0;

  SplitWorld() {
    mailbox().address = "support@contoso.com";
    ticket = *send(letter("first@example.com")).ticket;
  }
  static Letter letter(const std::string& id, const std::string& references = "") {
    Letter out;
    out.id = id;
    out.references = references;
    return out;
  }
  Placement send(const Letter& letter) {
    server.add(letter.text());
    pass();
    REQUIRE(events.size() == 1);
    return events.front().placement;
  }
  // An agent's answer in the ticket: its message, and its Message-ID.
  std::pair<MessageId, std::string> answer() {
    auto tx = store->begin();
    const std::int64_t serial = tx->outbox().next_id();
    const std::string id =
        make_message_id(ensure_key_ring(*store, *tx, 1), {ticket, serial, TokenRole::customer}, "contoso.com");
    Mail mail;
    mail.message_id = id;
    const Verdict verdict;
    const PackedRaw raw = pack_raw("Subject: answer\r\n\r\n", std::string(64, 'a'));
    NewMessage message;
    message.ticket = ticket;
    message.direction = Direction::out;
    message.mail = &mail;
    message.verdict = &verdict;
    message.raw = &raw;
    message.received_at = system_clock().unix_now();
    const MessageId stored = tx->add_message(message, "anna");
    NewOutgoing row;
    row.id = serial;
    row.mailbox = "box";
    row.ticket = ticket;
    row.message = stored;
    row.message_id = id;
    row.raw = &raw;
    tx->outbox().add(row);
    tx->commit();
    return {stored, id};
  }
  // What tells agents of a message; its Message-ID.
  std::string notice_of(MessageId message) {
    auto tx = store->begin();
    const PackedRaw raw = pack_raw("Subject: notice\r\n\r\n", std::string(64, 'b'));
    NewOutgoing row;
    row.kind = OutboxKind::notice;
    row.id = tx->outbox().next_id();
    row.mailbox = "box";
    row.ticket = ticket;
    row.about = message;
    row.message_id =
        make_message_id(ensure_key_ring(*store, *tx, 1), {ticket, row.id, TokenRole::agent}, "contoso.com");
    row.raw = &raw;
    tx->add_thread_ids(ticket, std::span(&row.message_id, 1));
    tx->outbox().add(row);
    tx->commit();
    return row.message_id;
  }
  TicketId split(MessageId first) {
    NewTicket made;
    made.queue = "support";
    made.number_form = "T-{id}";
    made.requester = {"Ann", "ann@example.com"};
    made.created_at = system_clock().unix_now();
    auto tx = store->begin();
    const TicketId id = tx->split_ticket(first, made, "anna").id;
    tx->commit();
    return id;
  }
};

}  // namespace

TEST_CASE("an answer to our own mail finds the ticket that it was moved to, by id and by mark") {
  SplitWorld w;
  const auto [stays, kept_id] = w.answer();
  const auto [message, id] = w.answer();
  const TicketId made = w.split(message);
  CHECK(w.send(SplitWorld::letter("", "<" + id + ">")).ticket == made);
  Letter address;
  address.to = "support+" + id.substr(0, id.find('@')) + "@contoso.com";
  CHECK(w.send(address).ticket == made);
  Letter body;
  body.body = "Your reference: " + id.substr(0, id.find('@'));
  CHECK(w.send(body).ticket == made);
  address.to = "support+" + kept_id.substr(0, kept_id.find('@')) + "@contoso.com";
  address.body = "Another one.";
  CHECK(w.send(address).ticket == w.ticket);
  CHECK(w.store->outbox().by_message_id(id)->ticket == made);
  CHECK(w.store->message(stays)->ticket == w.ticket);
}

TEST_CASE("an agent's answer to a notice goes where the message is that it told of") {
  SplitWorld w;
  const MessageId first = w.store->messages(w.ticket).front().id;
  const std::string kept = w.notice_of(first);
  const Placement second = w.send(SplitWorld::letter("second@example.com", "<first@example.com>"));
  REQUIRE(second.ticket == w.ticket);
  const std::string moved = w.notice_of(*second.message);
  const TicketId made = w.split(*second.message);
  CHECK(w.store->outbox().by_message_id(moved)->ticket == made);
  for (const auto& [id, ticket] : {std::pair(moved, made), std::pair(kept, w.ticket)}) {
    const auto hits = w.store->find_thread(std::span(&id, 1));
    REQUIRE(hits.size() == 1);
    CHECK(hits.front().ticket == ticket);
  }
  CHECK(w.send(SplitWorld::letter("", "<" + moved + ">")).ticket == made);
  CHECK(w.send(SplitWorld::letter("other@example.com", "<" + kept + ">")).ticket == w.ticket);
}

TEST_CASE("a mail in quarantine that bears our own id draws no answers to itself") {
  SplitWorld w;
  auto tx = w.store->begin();
  const std::string id =
      make_message_id(ensure_key_ring(*w.store, *tx, 1), {w.ticket, 99, TokenRole::customer}, "contoso.com");
  tx->commit();
  w.mailbox().max_size = 1000;
  Letter copied = SplitWorld::letter(id);
  copied.from = "eve@evil.example";
  copied.body = std::string(2000, 'x');
  const Placement trap = w.send(copied);
  REQUIRE(trap.outcome == Outcome::quarantined);
  REQUIRE(trap.ticket != w.ticket);
  CHECK(w.send(SplitWorld::letter("answer@example.com", "<" + id + ">")).ticket == w.ticket);
}

TEST_CASE("a late mail that names both does not put together what a person took apart") {
  SplitWorld w;
  w.send(SplitWorld::letter("b@example.com", "<first@example.com>"));
  w.send(SplitWorld::letter("c@example.com", "<first@example.com> <late@example.com>"));
  const auto messages = w.store->messages(w.ticket);
  REQUIRE(messages.size() == 3);
  const auto b = std::find_if(messages.begin(), messages.end(),
                              [](const Message& m) { return m.mail.message_id == "b@example.com"; });
  const TicketId made = w.split(b->id);
  const Placement p = w.send(SplitWorld::letter("late@example.com", "<first@example.com> <b@example.com>"));
  CHECK(p.ticket == made);
  CHECK(w.tickets().size() == 2);
  CHECK_FALSE(w.store->ticket(made)->merged_into);
  CHECK(std::any_of(p.reasons.begin(), p.reasons.end(),
                    [](const std::string& r) { return r.find("a person split them") != std::string::npos; }));
}

}  // namespace poller
