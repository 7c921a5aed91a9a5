// Closed tickets, machines' mail, our own mail come back, floods.
#include <doctest/doctest.h>

#include <algorithm>

#include "fake_mailbox.h"
#include "intake/floods.h"
#include "letter.h"
#include "threading/message_id.h"
#include "threading/ring_store.h"

namespace poller {
namespace {

using test::Letter;

struct ClosedWorld : test::World {
  TicketId ticket = 0;

  ClosedWorld() {
    Letter first;
    first.id = "first@example.com";
    ticket = *send(first).placement.ticket;
  }
  MailEvent send(const Letter& letter) {
    server.add(letter.text());
    pass();
    REQUIRE(events.size() == 1);
    return events.front();
  }
  void close(std::int64_t seconds_ago = 0) {
    auto tx = store->begin();
    TicketUpdate update;
    update.status = "closed";
    tx->update_ticket(ticket, update, "test", system_clock().unix_now() - seconds_ago);
    tx->commit();
  }
  static Letter answer() {
    Letter letter;
    letter.id = "answer@example.com";
    letter.in_reply_to = "<first@example.com>";
    return letter;
  }
  std::string status() { return store->ticket(ticket)->status; }
  Direction direction_of(const MailEvent& event) { return store->message(*event.placement.message)->direction; }
};

}  // namespace

TEST_CASE("an answer to a closed ticket does what the queue says") {
  ClosedWorld w;
  auto& queue = w.config.queues.front();
  SUBCASE("reopen is the default") {
    w.close(90 * 86400);
    const auto event = w.send(ClosedWorld::answer());
    CHECK(event.placement.ticket == w.ticket);
    CHECK(w.status() == "open");
  }
  SUBCASE("a new ticket, linked; later answers go there") {
    queue.closed = config::ClosedPolicy::new_ticket;
    w.close();
    const auto event = w.send(ClosedWorld::answer());
    CHECK(event.placement.is_new_ticket);
    CHECK(event.placement.trust.linked_to == w.ticket);
    CHECK(w.status() == "closed");
    Letter next;
    next.references = "<first@example.com> <answer@example.com>";
    CHECK(w.send(next).placement.ticket == event.placement.ticket);
  }
  SUBCASE("a note") {
    queue.closed = config::ClosedPolicy::note;
    w.close();
    const auto event = w.send(ClosedWorld::answer());
    CHECK(event.placement.ticket == w.ticket);
    CHECK(w.direction_of(event) == Direction::note);
    CHECK(w.status() == "closed");
  }
  SUBCASE("reopened within its time") {
    queue.reopen_within = config::Seconds(3600);
    w.close(3000);
    CHECK(w.send(ClosedWorld::answer()).placement.ticket == w.ticket);
    CHECK(w.status() == "open");
  }
  SUBCASE("a new one later") {
    queue.reopen_within = config::Seconds(3600);
    w.close(4000);
    const auto event = w.send(ClosedWorld::answer());
    CHECK(event.placement.is_new_ticket);
    CHECK(event.placement.trust.linked_to == w.ticket);
    CHECK(w.status() == "closed");
  }
}

TEST_CASE("a ticket that a rule closed at its birth has been closed since then, not for ever") {
  test::World w;
  auto& queue = w.config.queues.front();
  queue.closed = config::ClosedPolicy::reopen;
  queue.reopen_within = config::Seconds(3600);
  config::Rule rule;
  rule.when = {{"subject", {}, "^Newsletter", {}}};
  rule.status = "closed";
  w.config.rules = {rule};
  Letter first;
  first.id = "first@example.com";
  first.subject = "Newsletter of May";
  w.server.add(first.text());
  w.pass();
  const auto ticket = w.events.at(0).placement.ticket;
  REQUIRE(w.store->ticket(*ticket)->status == "closed");
  w.server.add(ClosedWorld::answer().text());
  w.pass();
  CHECK(w.events.at(0).placement.ticket == ticket);
  CHECK(w.store->ticket(*ticket)->status == "open");
}

TEST_CASE("an answer ends the waiting of a pending ticket; a machine's, a stranger's and an agent's mail do not") {
  ClosedWorld w;
  {
    auto tx = w.store->begin();
    TicketUpdate update;
    update.status = "pending";
    tx->update_ticket(w.ticket, update, "test", system_clock().unix_now());
    tx->commit();
  }
  Letter letter = ClosedWorld::answer();
  const char* wanted = "pending";
  SUBCASE("the requester") { wanted = "open"; }
  SUBCASE("out of office") { letter.fields = {"Auto-Submitted: auto-replied"}; }
  SUBCASE("a stranger") { letter.from = "mallory@elsewhere.example"; }
  SUBCASE("an agent") {
    w.config.queues.front().agents = {"desk@contoso.com"};
    w.config.mailboxes.front().trust.authserv_id = "mx.contoso.com";
    letter.from = "desk@contoso.com";
    letter.above = {"Authentication-Results: mx.contoso.com; dmarc=pass header.from=contoso.com"};
  }
  (void)w.send(letter);
  CHECK(w.status() == wanted);
}

TEST_CASE("the time since closing begins anew when the ticket is closed again") {
  ClosedWorld w;
  w.config.queues.front().reopen_within = config::Seconds(3600);
  w.close(9000);
  auto tx = w.store->begin();
  TicketUpdate open;
  open.status = "open";
  tx->update_ticket(w.ticket, open, "test", system_clock().unix_now() - 6000);
  tx->commit();
  tx.reset();
  w.close(60);
  CHECK(w.send(ClosedWorld::answer()).placement.ticket == w.ticket);
}

TEST_CASE("an answer to a merged ticket goes where that one went") {
  ClosedWorld w;
  Letter other;
  other.id = "other@example.com";
  other.subject = "another";
  const TicketId target = *w.send(other).placement.ticket;
  auto tx = w.store->begin();
  tx->merge_tickets(w.ticket, target, "test", 5);
  tx->commit();
  tx.reset();
  CHECK(w.send(ClosedWorld::answer()).placement.ticket == target);
  Letter number;
  number.subject = "Re: [T-1] printer";
  CHECK(w.send(number).placement.ticket == target);
}

TEST_CASE("an auto-reply joins and does not reopen, whatever the queue says") {
  ClosedWorld w;
  w.config.queues.front().closed = config::ClosedPolicy::new_ticket;
  w.close();
  Letter away = ClosedWorld::answer();
  away.fields = {"Auto-Submitted: auto-replied"};
  const auto event = w.send(away);
  CHECK(event.placement.ticket == w.ticket);
  CHECK(event.placement.kind == MailKind::auto_reply);
  CHECK(w.status() == "closed");
}

TEST_CASE("a report about a delay is a note in its ticket") {
  ClosedWorld w;
  Letter report = ClosedWorld::answer();
  report.from = "Mail Delivery System <mailer-daemon@mx.example.com>";
  report.fields = {"MIME-Version: 1.0", "Auto-Submitted: auto-replied",
                   "Content-Type: multipart/report; report-type=delivery-status; boundary=b"};
  report.body =
      "--b\r\nContent-Type: text/plain\r\n\r\nYour mail is delayed.\r\n--b\r\nContent-Type: "
      "message/delivery-status\r\n\r\n"
      "Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; ann@example.com\r\nAction: delayed\r\n"
      "Status: 4.4.1\r\n\r\n--b--";
  const auto event = w.send(report);
  CHECK(event.placement.kind == MailKind::delivery_report);
  CHECK(event.placement.ticket == w.ticket);
  CHECK(w.direction_of(event) == Direction::note);
}

TEST_CASE("our own mail that comes back is stored once and ignored; told by its key, not by an address") {
  ClosedWorld w;
  std::string id;
  {
    auto tx = w.store->begin();
    id = make_message_id(ensure_key_ring(*w.store, *tx, 1), {w.ticket, 7, TokenRole::agent}, "contoso.com");
    tx->commit();
  }
  Letter back;
  back.id = id;
  back.from = "support@contoso.com";
  const auto first = w.send(back);
  CHECK(first.placement.outcome == Outcome::ignored);
  CHECK_FALSE(first.placement.ticket);
  CHECK(w.send(back).placement.outcome == Outcome::duplicate);
  CHECK(w.tickets().size() == 1);
  Letter lookalike = back;
  lookalike.id = "poller.c.1.7.000000000000000000000000@contoso.com";
  CHECK(w.send(lookalike).placement.outcome == Outcome::stored);
}

TEST_CASE("a copied id of ours loses nobody's words, and draws no answer away from the mail that bears it") {
  ClosedWorld w;
  std::string id;
  {
    auto tx = w.store->begin();
    id = make_message_id(ensure_key_ring(*w.store, *tx, 1), {w.ticket, 7, TokenRole::customer}, "contoso.com");
    Mail sent;
    sent.message_id = id;
    sent.text = "our answer";
    const Verdict verdict;
    NewMessage message;
    message.ticket = w.ticket;
    message.direction = Direction::out;
    message.mail = &sent;
    message.verdict = &verdict;
    tx->add_message(message, "test");
    tx->commit();
  }
  Letter copy;
  copy.id = id;
  copy.body = "Words that stand nowhere else.";
  const auto event = w.send(copy);
  CHECK(event.placement.outcome == Outcome::ignored);
  const auto raw = w.store->raw(w.store->message_raw_sha256(event.placement.message.value()));
  REQUIRE(raw);
  CHECK(raw->find(copy.body) != std::string::npos);
  Letter answer = ClosedWorld::answer();
  answer.in_reply_to = "<" + id + ">";
  CHECK(w.send(answer).placement.ticket == w.ticket);
}

TEST_CASE("tickets of one sender beyond the limit are made and set off nothing") {
  ClosedWorld w;
  const UnixTime at = 1'800'000'000;
  auto tx = w.store->begin();
  const auto create = [&](const std::string& who, UnixTime when) {
    NewTicket ticket;
    ticket.queue = "support";
    ticket.number_form = "T-{id}";
    ticket.requester.address = who;
    ticket.created_at = when;
    tx->create_ticket(ticket, "test");
  };
  for (int i = 0; i < 29; ++i) create("eve@example.com", at - i);
  CHECK_FALSE(ticket_flood(*w.store, "eve@example.com", at));
  create("EVE@example.com", at);
  CHECK(ticket_flood(*w.store, "eve@example.com", at));
  CHECK_FALSE(ticket_flood(*w.store, "ann@example.com", at));
  CHECK_FALSE(ticket_flood(*w.store, "eve@example.com", at + 601));
  for (int i = 0; i < 30; ++i) create("eve@example.com", at + 600);
  CHECK(ticket_flood(*w.store, "eve@example.com", at + 1800));  // sixty within the hour
}

TEST_CASE("the limit of a sender counts his address in every spelling, and what a rule made another's") {
  ClosedWorld w;
  const UnixTime at = 1'800'000'000;
  const std::vector<std::string> spellings = {
      "u@b\xc3\xbc"
      "cher.example",
      "U@XN--BCHER-KVA.example",
      "\"u\"@B\xc3\x9c"
      "cher.example",
      "u@xn--bcher-kva.example."};
  auto tx = w.store->begin();
  const auto create = [&](const std::string& who) {
    NewTicket ticket;
    ticket.queue = "support";
    ticket.number_form = "T-{id}";
    ticket.requester.address = who;
    ticket.created_at = at;
    return tx->create_ticket(ticket, "test").id;
  };
  for (std::size_t i = 0; i < 20; ++i) create(spellings[i % spellings.size()]);
  CHECK_FALSE(ticket_flood(*w.store, "u@xn--bcher-kva.example", at));
  Mail mail;
  mail.from = Address{"U", "u@xn--bcher-kva.example"};
  const Verdict verdict;
  for (int i = 0; i < 10; ++i) {
    NewMessage message;
    message.ticket = create("boss@example.com");
    message.mail = &mail;
    message.verdict = &verdict;
    message.received_at = at;
    tx->add_message(message, "test");
  }
  CHECK(ticket_flood(*w.store, spellings[0], at));
  CHECK(ticket_flood(*w.store, "u@xn--bcher-kva.example", at));
  CHECK_FALSE(ticket_flood(*w.store, "boss@example.com", at));
  CHECK_FALSE(ticket_flood(*w.store, "ann@example.com", at));
}

}  // namespace poller
