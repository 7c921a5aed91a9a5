#include "storage/sqlite/threading.h"

namespace poller::sqlite_engine {

using sqlite::Database;
using sqlite::Query;

void insert_participants(Database& db, TicketId ticket, std::span<const std::string> addresses) {
  // At most so many: a ticket is no mailing list, and what is counted for each mail must stay small. Counted apart: an
  // INSERT that reads its own table first fills a temporary one.
  constexpr std::int64_t kMost = 500;
  std::int64_t there = 0;
  {
    Query count = db.query("SELECT count(*) FROM participant WHERE ticket_id = ?");
    if (count.bind(ticket).step()) there = count.integer(0);
  }
  Query q = db.query("INSERT INTO participant (ticket_id, address) VALUES (?, ?) ON CONFLICT DO NOTHING");
  for (std::size_t i = 0; i < addresses.size() && there < kMost; ++i) {
    q.reset().bind(ticket, addresses[i]).run();
    there += db.changes();
  }
}

bool read_is_participant(Database& db, TicketId ticket, const std::string& address) {
  // The ticket's own rows first; those of tickets merged into it lead here through ticket.merged_into.
  Query q = db.query(
      "SELECT 1 FROM participant WHERE ticket_id = ?1 AND address = ?2"
      " UNION ALL SELECT 1 FROM ticket t JOIN participant p ON p.ticket_id = t.id"
      " WHERE t.merged_into = ?1 AND p.address = ?2 LIMIT 1");
  return q.bind(ticket, address).step();
}

void insert_message_key(Database& db, const Secret& secret, UnixTime now) {
  db.query("INSERT INTO message_key (secret, created_at) VALUES (?, ?)").bind(secret.reveal(), now).run();
}

std::vector<MessageKey> read_message_keys(Database& db) {
  Query q = db.query("SELECT id, secret, created_at FROM message_key ORDER BY id");
  std::vector<MessageKey> out;
  while (q.step()) out.push_back({q.integer(0), Secret(q.text(1)), q.integer(2)});
  return out;
}

std::int64_t read_created_between(Database& db, UnixTime from, UnixTime to) {
  Query q = db.query("SELECT count(*) FROM ticket WHERE created_at BETWEEN ? AND ?");
  return q.bind(from, to).step() ? q.integer(0) : 0;
}

void visit_created_between(Database& db, UnixTime from, UnixTime to, const Store::CreatedVisit& visit) {
  Query q = db.query(
      "SELECT created_at, requester_address, (SELECT from_address FROM message WHERE ticket_id = ticket.id"
      " ORDER BY received_at, id LIMIT 1) FROM ticket WHERE created_at BETWEEN ? AND ?");
  q.bind(from, to);
  while (q.step()) visit(q.integer(0), q.text(1), q.is_null(2) ? std::string() : q.text(2));
}

void visit_requesters(Database& db, const std::function<void(const std::string& address)>& visit) {
  // From one to the next by the index, however many tickets each has.
  Query q = db.query(
      "SELECT requester_address FROM ticket WHERE requester_address > ? COLLATE NOCASE"
      " ORDER BY requester_address COLLATE NOCASE LIMIT 1");
  std::string last;
  while (q.reset().bind(last).step()) {
    last = q.text(0);
    visit(last);
  }
}

}  // namespace poller::sqlite_engine
