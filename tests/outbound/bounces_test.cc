// Reports on our own mails: what a bounce changes, and what it must not set off.
#include <doctest/doctest.h>

#include <algorithm>

#include "desk.h"

namespace poller::outbound {
namespace {

// A ticket with a reply to its requester that a server has taken.
struct Replied : Desk {
  TicketId ticket = 0;
  OutboxRow reply;

  Replied() {
    ticket = *open_ticket().ticket;
    take(answer_to(last_to("ann@example.org", OutboxKind::notice), "Ann <ann@example.org>", "Use water.\r\n"));
    reply = last_to("jane@example.com", OutboxKind::reply);
    REQUIRE(reply.message);
  }
  std::string delivery() { return store->message(*reply.message)->state; }
  std::size_t notices() { return queued(OutboxKind::notice).size(); }
};

constexpr const char* kForgedFields = "Authentication-Results: mx.example.test; dmarc=fail header.from=example.net\r\n";

}  // namespace

TEST_CASE("a bounce of a notice sets off no other mail: one note, and that agent is told of nothing more") {
  Desk desk;
  const TicketId ticket = *desk.open_ticket().ticket;
  REQUIRE(desk.queued(OutboxKind::notice).size() == 2);
  const auto notice = desk.last_to("ann@example.org", OutboxKind::notice);
  const auto first = desk.take(report_on(notice, "ann@example.org"));
  CHECK(*first.ticket == ticket);
  CHECK(desk.queued(OutboxKind::notice).size() == 2);
  CHECK(desk.notes(ticket).size() == 1);
  for (int i = 0; i < 3; ++i) desk.take(report_on(notice, "ann@example.org"));
  CHECK(desk.queued(OutboxKind::notice).size() == 2);
  CHECK(desk.notes(ticket).size() == 1);
  // The next mail goes to whom it can reach.
  const auto next = desk.take(letter("Jim <jim@example.com>", "", "Another.\r\n"));
  CHECK(desk.queued(OutboxKind::notice).size() == 3);
  CHECK(desk.queued(OutboxKind::notice).back().to.front() == "ben@example.org");
  CHECK(says(next, "agents:told: 1"));
  CHECK(says(next, "ann@example.org"));
}

TEST_CASE("with every agent's address dead a bounce of a customer's mail still sets off nothing that bounces again") {
  Replied desk;
  desk.take(report_on(desk.last_to("ann@example.org", OutboxKind::notice), "ann@example.org"));
  desk.take(report_on(desk.last_to("ben@example.org", OutboxKind::notice), "ben@example.org"));
  const auto before = desk.notices();
  const auto bounced = desk.take(report_on(desk.reply, "jane@example.com"));
  CHECK(desk.notices() == before);
  CHECK(desk.delivery() == "bounced");
  CHECK(says(bounced, "agents:not told"));
}

TEST_CASE("a mailbox of an agent that is full makes a note a day and mutes nobody") {
  Desk desk;
  const TicketId ticket = *desk.open_ticket().ticket;
  const auto notice = desk.last_to("ann@example.org", OutboxKind::notice);
  for (int i = 0; i < 3; ++i) desk.take(report_on(notice, "ann@example.org", {"failed", "4.2.2", ""}));
  CHECK(desk.notes(ticket).size() == 1);
  CHECK(desk.queued(OutboxKind::notice).size() == 2);
  desk.clock.offset = 86400 + 60;
  desk.take(report_on(notice, "ann@example.org", {"failed", "4.2.2", ""}));
  CHECK(desk.notes(ticket).size() == 2);
  desk.take(letter("Jim <jim@example.com>", "", "Another.\r\n"));
  CHECK(desk.queued(OutboxKind::notice).size() == 4);
  desk.take(report_on(notice, "ann@example.org", {"delayed", "4.4.7", ""}));
  CHECK(desk.notes(ticket).size() == 2);
}

TEST_CASE("a bounce of what an agent was told of his own mail, or of an operator's alert, sets off nothing") {
  Desk desk;
  desk.open_ticket();
  const auto notice = desk.last_to("ann@example.org", OutboxKind::notice);
  desk.take(answer_to(notice, "Ann <ann@example.org>", "#cloze\r\n"));
  const auto told = desk.last_to("ann@example.org", OutboxKind::forward);
  REQUIRE(told.id != 0);
  auto tx = desk.store->begin();
  Draft draft;
  draft.kind = OutboxKind::alert;
  draft.mailbox = &desk.config.mailboxes.front();
  draft.to = {{"", "ops@example.org"}};
  draft.subject = "the outbox is full";
  draft.text = "It is.\n";
  const Queued queued = enqueue(*desk.store, *tx, draft, desk.clock.unix_now());
  tx->commit();
  const auto alert = *desk.store->outbox().row(queued.outbox);
  const auto before = desk.store->outbox().rows(0).size();
  CHECK(says(desk.take(report_on(told, "ann@example.org")), "bounce:ours: of outbox"));
  CHECK(says(desk.take(report_on(alert, "ops@example.org")), "bounce:ours: of outbox"));
  CHECK(desk.store->outbox().rows(0).size() == before);
}

TEST_CASE("an agent who answers is told again") {
  Desk desk;
  desk.open_ticket();
  const auto notice = desk.last_to("ann@example.org", OutboxKind::notice);
  desk.take(report_on(notice, "ann@example.org"));
  CHECK(desk.store->outbox().muted("ann@example.org", desk.clock.unix_now()));
  desk.take(answer_to(notice, "Ann <ann@example.org>", "#pending\r\n"));
  CHECK_FALSE(desk.store->outbox().muted("ann@example.org", desk.clock.unix_now()));
}

TEST_CASE("a bounce whose sender failed authentication changes nothing") {
  Replied desk;
  const auto before = desk.notices();
  const auto forged = desk.take(report_on(desk.reply, "jane@example.com", {"failed", "5.1.1", kForgedFields}));
  CHECK(desk.delivery() == "pending");
  CHECK_FALSE(desk.store->outbox().muted("jane@example.com", desk.clock.unix_now()));
  CHECK(desk.notes(desk.ticket).empty());
  CHECK(desk.notices() == before);
  CHECK(says(forged, "bounce:ignored: its sender failed authentication"));
}

TEST_CASE("a late report of delay leaves a bounced mail bounced") {
  Replied desk;
  desk.take(report_on(desk.reply, "jane@example.com"));
  REQUIRE(desk.delivery() == "bounced");
  const auto before = desk.notices();
  desk.take(report_on(desk.reply, "jane@example.com", {"delayed", "4.4.7", ""}));
  CHECK(desk.delivery() == "bounced");
  CHECK(desk.notices() == before);
}

TEST_CASE("given up after a temporary error is not delivered, and mutes nobody") {
  Replied desk;
  desk.take(report_on(desk.reply, "jane@example.com", {"failed", "4.4.7", ""}));
  CHECK(desk.delivery() == "bounced");
  CHECK_FALSE(desk.store->outbox().muted("jane@example.com", desk.clock.unix_now()));
  REQUIRE(desk.notes(desk.ticket).size() == 1);
  CHECK(desk.notes(desk.ticket)[0].mail.subject == "Delivery failed");
  CHECK(desk.notes(desk.ticket)[0].mail.text.find("jane@example.com: given up") != std::string::npos);
}

TEST_CASE("a delay is told as a delay") {
  Replied desk;
  const auto before = desk.notices();
  desk.take(report_on(desk.reply, "jane@example.com", {"delayed", "4.4.7", ""}));
  CHECK(desk.delivery() == "delayed");
  REQUIRE(desk.notes(desk.ticket).size() == 1);
  const Mail note = desk.notes(desk.ticket)[0].mail;
  CHECK(note.subject == "Delivery delayed");
  CHECK(note.text.find("is delayed") != std::string::npos);
  CHECK(note.text.find("not delivered yet") != std::string::npos);
  CHECK(desk.notices() == before + 2);
  for (const auto& row : desk.queued(OutboxKind::notice)) CHECK(row.subject.find("failed") == std::string::npos);
}

TEST_CASE("a report of success and a read receipt stand in the ticket of the mail that they are about") {
  Replied desk;
  for (const char* action : {"delivered", "relayed", "expanded"}) {
    const auto placed = desk.take(report_on(desk.reply, "jane@example.com", {action, "2.0.0", ""}));
    CHECK(placed.ticket == desk.ticket);
    CHECK_FALSE(placed.is_new_ticket);
    CHECK(desk.store->message(*placed.message)->direction == Direction::note);
  }
  CHECK(desk.delivery() == "pending");
  const auto receipt = desk.take(
      "From: Jane <jane@example.net>\r\nTo: support@example.test\r\nSubject: Read: Printer\r\nMessage-ID: "
      "<mdn@example.net>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; "
      "report-type=disposition-notification; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nRead.\r\n--b\r\n"
      "Content-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822; jane@example.net\r\n"
      "Original-Message-ID: <" +
      desk.reply.message_id + ">\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n");
  CHECK(receipt.ticket == desk.ticket);
  // Nobody's word is taken for a ticket that the id does not name.
  OutboxRow made_up = desk.reply;
  made_up.message_id.replace(made_up.message_id.find('@') - 2, 2, "00");
  CHECK(desk.take(report_on(made_up, "jane@example.com", {"delivered", "2.0.0", ""})).ticket != desk.ticket);
}

}  // namespace poller::outbound
