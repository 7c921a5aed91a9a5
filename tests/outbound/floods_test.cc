// A ticket gets only so many automatic answers, whoever asks for them.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "outbound/floods.h"
#include "outbox_home.h"

namespace poller::outbound {
namespace {

// An automatic answer to `address` on `ticket`, queued at `at`.
void answer_at(OutboxHome& home, const Ticket& ticket, const std::string& address, UnixTime at) {
  auto tx = home.store->begin();
  Draft draft;
  draft.kind = OutboxKind::ack;
  draft.mailbox = &home.config.mailboxes[0];
  draft.ticket = ticket;
  draft.to = {{"", address}};
  draft.subject = "received";
  draft.text = "Thank you.\n";
  draft.who = "poller";
  draft.answers = address;
  enqueue(*home.store, *tx, draft, at);
  tx->commit();
}

Ticket new_ticket(OutboxHome& home) {
  auto tx = home.store->begin();
  NewTicket ticket;
  ticket.queue = "support";
  ticket.number_form = "T-{id}";
  ticket.requester = {"", "c@example.com"};
  const Ticket created = tx->create_ticket(ticket, "test");
  tx->commit();
  return created;
}

}  // namespace

TEST_CASE("a ticket gets five automatic answers within ten minutes, whatever their addresses") {
  OutboxHome home;
  const Ticket ticket = new_ticket(home), other = new_ticket(home);
  const UnixTime now = home.clock.unix_now();
  for (int i = 0; i < 4; ++i) answer_at(home, ticket, fmt::format("a{}@example.com", i), now - 60);
  CHECK_FALSE(answer_flood(*home.store, ticket.id, now));
  answer_at(home, ticket, "a4@example.com", now - 60);
  CHECK(answer_flood(*home.store, ticket.id, now).value_or("").find("5 automatic answers") != std::string::npos);
  CHECK_FALSE(answer_flood(*home.store, other.id, now));
  CHECK_FALSE(answer_flood(*home.store, ticket.id, now + 600));
}

TEST_CASE("a ticket gets ten automatic answers within the hour") {
  OutboxHome home;
  const Ticket ticket = new_ticket(home);
  const UnixTime now = home.clock.unix_now();
  for (int i = 0; i < 10; ++i) answer_at(home, ticket, fmt::format("a{}@example.com", i), now - 1800);
  CHECK(answer_flood(*home.store, ticket.id, now));
  CHECK_FALSE(answer_flood(*home.store, ticket.id, now + 1801));
}

}  // namespace poller::outbound
