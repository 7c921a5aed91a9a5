// What a server refuses at once is told as a bounce is; answers go to somebody who reads them.
#include <doctest/doctest.h>

#include "desk.h"

namespace poller::outbound {
namespace {

bool tells_so(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::vector<Message> notes_of(Store& store, TicketId ticket) {
  auto messages = store.messages(ticket);
  std::erase_if(messages, [](const Message& m) { return m.direction != Direction::note; });
  return messages;
}

std::size_t notices_of(Store& store) {
  std::size_t count = 0;
  for (const auto& row : store.outbox().rows(0)) count += row.kind == OutboxKind::notice ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("a recipient refused for good while others get the mail: kept, noted, told") {
  OutboxHome home;
  home.config.queues.front().agents = {"ann@example.org"};
  const Queued q = home.queue("half", 0, {{"", "gone@example.com"}, {"", "c@example.com"}});
  smtp_server().behave(R"({"rcpt": {"gone@example.com": "550 5.1.1 unknown"}})");
  home.run();
  CHECK(home.row(q).state == OutboxState::sent);
  CHECK(tells_so(home.row(q).last_error, "gone@example.com: 550 5.1.1 unknown"));
  CHECK(home.store->message(*q.message)->state == "bounced");
  const auto notes = notes_of(*home.store, *home.row(q).ticket);
  REQUIRE(notes.size() == 1);
  CHECK(tells_so(notes[0].mail.text, "gone@example.com: 550 5.1.1 unknown"));
  CHECK(notices_of(*home.store) == 1);
}

TEST_CASE("a mail refused altogether is noted on its ticket; a notice to an agent is not told to agents") {
  OutboxHome home;
  home.config.queues.front().agents = {"ann@example.org"};
  const Queued q = home.queue("refused", 0);
  smtp_server().behave(R"({"data": "554 5.6.0 Corrupt message content"})");
  CHECK(home.run().failed >= 1);
  CHECK(home.row(q).state == OutboxState::failed);
  home.run();
  home.run();
  CHECK(notes_of(*home.store, *home.row(q).ticket).size() == 1);
  CHECK(notices_of(*home.store) == 1);
}

TEST_CASE("a mail of a shop's noreply@ for a customer is answered to the customer") {
  Desk desk;
  support::write_text(desk.dir / "ack.txt", "We have it: {{number}}\n");
  desk.config.answers.new_ticket.enabled = true;
  desk.config.answers.new_ticket.text = desk.dir / "ack.txt";
  desk.take(letter("Shop <noreply@shop.example>", "Reply-To: Jane <jane@example.com>\r\n", "An order.\r\n"));
  CHECK(desk.last_to("jane@example.com", OutboxKind::ack).id != 0);
  CHECK(desk.queued(OutboxKind::ack).size() == 1);
  desk.take(letter("Joe <joe@shop.example>", "Reply-To: Jane <jane@example.com>\r\n", "Mine.\r\n"));
  CHECK(desk.last_to("joe@shop.example", OutboxKind::ack).id != 0);
}

TEST_CASE("the mark of an acknowledgement leads an answer home that has neither references nor number") {
  Desk desk;
  support::write_text(desk.dir / "ack.txt", "We have it.\nReference: {{mark}}\n");
  desk.config.answers.new_ticket.enabled = true;
  desk.config.answers.new_ticket.text = desk.dir / "ack.txt";
  const auto ticket = desk.open_ticket().ticket;
  desk.open_ticket();  // the requester's other one
  std::string quoted;
  for (const auto& row : desk.queued(OutboxKind::ack)) {
    if (row.ticket == ticket) quoted = desk.mail(row).text;
  }
  REQUIRE(tells_so(quoted, "Reference: poller.c."));
  std::string other_words;
  for (int i = 0; i < 30; ++i) other_words += "see poller.yaml and poller.c.files\r\n";
  const auto placed =
      desk.take(letter("Jane <jane@example.com>", "", other_words + "Any news?\r\n> " + quoted + "\r\n"));
  CHECK(placed.ticket == ticket);
  CHECK_FALSE(placed.is_new_ticket);
}

TEST_CASE("the closing notice speaks the language of the ticket's last mail") {
  Desk desk;
  support::write_text(desk.dir / "closed.txt", "closed\n");
  support::write_text(desk.dir / "closed.de.txt", "geschlossen\n");
  desk.config.answers.closed.enabled = true;
  desk.config.answers.closed.text = desk.dir / "closed.txt";
  const auto ticket = *desk.open_ticket("Content-Language: de-AT\r\n").ticket;
  auto tx = desk.store->begin();
  CHECK_FALSE(desk.answers->ticket_closed(*desk.store, *tx, *desk.store->ticket(ticket)));
  tx->commit();
  CHECK(tells_so(desk.mail(desk.last_to("jane@example.com", OutboxKind::closed)).text, "geschlossen"));
}

}  // namespace poller::outbound
