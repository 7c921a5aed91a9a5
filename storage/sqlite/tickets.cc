#include "storage/sqlite/tickets.h"

#include <fmt/format.h>

#include "base/error.h"
#include "storage/sqlite/json.h"
#include "storage/ticket_number.h"

namespace poller::sqlite_engine {
namespace {

using sqlite::Database;
using sqlite::Query;

#define POLLER_TICKET_COLUMNS                                                           \
  "id, number, subject, queue, status, priority, assignee, tags_json, requester_name, " \
  "requester_address, created_at, updated_at, message_count, merged_into"

Ticket ticket_row(const Query& q) {
  Ticket t;
  t.id = q.integer(0);
  t.number = q.text(1);
  t.subject = q.text(2);
  t.queue = q.text(3);
  t.status = q.text(4);
  t.priority = q.text(5);
  t.assignee = q.text(6);
  t.tags = strings_from_json(q.bytes(7));
  t.requester = {q.text(8), q.text(9)};
  t.created_at = q.integer(10);
  t.updated_at = q.integer(11);
  t.message_count = q.integer(12);
  t.merged_into = q.optional_integer(13);
  return t;
}

// Known before the row is written, because the number is made of it. The transaction holds the write lock.
TicketId next_ticket_id(Database& db) {
  return db.read_integer("SELECT seq FROM sqlite_sequence WHERE name = 'ticket'") + 1;
}

// Two queues' forms can meet in one number ("A{id}" with 11, "A1{id}" with 1): the later ticket gets its id behind it.
std::string free_number(Database& db, const NewTicket& ticket, TicketId id) {
  std::string number = ticket_number(ticket.number_form, id, ticket.created_at);
  while (read_ticket_by_number(db, number)) number += fmt::format("-{}", id);
  return number;
}

Ticket existing(Database& db, TicketId id) {
  auto found = read_ticket(db, id);
  if (!found) throw Error(ErrorKind::ours, fmt::format("there is no ticket with id {}", id));
  return std::move(*found);
}

// Writes the fields that `update` really changes, a line of `change` for each.
class TicketChanger {
 public:
  TicketChanger(Database& db, Ticket before, const std::string& who, UnixTime at)
      : db_(db), before_(std::move(before)), who_(who), at_(at) {}

  void text(const char* what, const char* sql, const std::string& from, const std::optional<std::string>& to) {
    if (!to || *to == from) return;
    db_.query(sql).bind(*to, before_.id).run();
    record(what, text_change_detail(from, *to));
  }

  void tags(const std::optional<std::vector<std::string>>& to) {
    if (!to || *to == before_.tags) return;
    db_.query("UPDATE ticket SET tags_json = ? WHERE id = ?").bind(strings_to_json(*to), before_.id).run();
    record("tags", tags_change_detail(before_.tags, *to));
  }

  void requester(const std::optional<Address>& to) {
    if (!to || *to == before_.requester) return;
    db_.query("UPDATE ticket SET requester_name = ?, requester_address = ? WHERE id = ?")
        .bind(to->name, to->address, before_.id)
        .run();
    record("requester", requester_change_detail(before_.requester, *to));
  }

 private:
  void record(const char* what, std::string detail) {
    insert_change(db_, {0, before_.id, std::nullopt, at_, who_, what, std::move(detail)});
    db_.query("UPDATE ticket SET updated_at = ? WHERE id = ? AND updated_at < ?").bind(at_, before_.id, at_).run();
  }

  Database& db_;
  Ticket before_;
  const std::string& who_;
  UnixTime at_;
};

}  // namespace

Ticket insert_ticket(Database& db, const NewTicket& ticket, const std::string& who) {
  const TicketId id = next_ticket_id(db);
  const std::string number = free_number(db, ticket, id);
  db.query("INSERT INTO ticket (" POLLER_TICKET_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, NULL)")
      .bind(id, number, ticket.subject, ticket.queue, ticket.status, ticket.priority, ticket.assignee,
            strings_to_json(ticket.tags), ticket.requester.name, ticket.requester.address, ticket.created_at,
            ticket.created_at)
      .run();
  insert_change(db, {0, id, std::nullopt, ticket.created_at, who, "created", created_detail(ticket, number)});
  return existing(db, id);
}

void change_ticket(Database& db, TicketId id, const TicketUpdate& update, const std::string& who, UnixTime at) {
  const Ticket before = existing(db, id);
  TicketChanger changer(db, before, who, at);
  changer.text("status", "UPDATE ticket SET status = ? WHERE id = ?", before.status, update.status);
  changer.text("queue", "UPDATE ticket SET queue = ? WHERE id = ?", before.queue, update.queue);
  changer.text("subject", "UPDATE ticket SET subject = ? WHERE id = ?", before.subject, update.subject);
  changer.text("priority", "UPDATE ticket SET priority = ? WHERE id = ?", before.priority, update.priority);
  changer.text("assignee", "UPDATE ticket SET assignee = ? WHERE id = ?", before.assignee, update.assignee);
  changer.requester(update.requester);
  changer.tags(update.tags);
}

void merge_into(Database& db, TicketId from, TicketId into, const std::string& who, UnixTime at) {
  const Ticket source = existing(db, from);
  into = read_merge_target(db, into);
  const Ticket target = existing(db, into);
  if (source.merged_into || from == into) {
    throw Error(ErrorKind::usage, fmt::format("ticket {} is merged already, or into itself", source.number));
  }
  db.query("UPDATE message SET ticket_id = ? WHERE ticket_id = ?").bind(into, from).run();
  // The rows of `thread` stay: read_merge_target() leads from them to the target. One hop is enough at any time,
  // because the tickets merged into `from` before go along.
  db.query("UPDATE ticket SET merged_into = ? WHERE merged_into = ?").bind(into, from).run();
  db.query(
        "UPDATE ticket SET merged_into = ?, status = 'merged', message_count = 0, updated_at = max(updated_at, ?)"
        " WHERE id = ?")
      .bind(into, at, from)
      .run();
  db.query("UPDATE ticket SET message_count = message_count + ?, updated_at = max(updated_at, ?) WHERE id = ?")
      .bind(source.message_count, at, into)
      .run();
  const auto detail = [](const char* key, const Ticket& other, std::int64_t messages) {
    return fmt::format(R"({{"{}":{},"messages":{}}})", key, other.id, messages);
  };
  insert_change(db, {0, from, std::nullopt, at, who, "merged", detail("into", target, source.message_count)});
  insert_change(db, {0, into, std::nullopt, at, who, "merged", detail("from", source, source.message_count)});
}

std::optional<Ticket> read_ticket(Database& db, TicketId id) {
  Query q = db.query("SELECT " POLLER_TICKET_COLUMNS " FROM ticket WHERE id = ?");
  if (!q.bind(id).step()) return std::nullopt;
  return ticket_row(q);
}

std::optional<Ticket> read_ticket_by_number(Database& db, const std::string& number) {
  Query q = db.query("SELECT " POLLER_TICKET_COLUMNS " FROM ticket WHERE number = ? COLLATE NOCASE");
  if (!q.bind(number).step()) return std::nullopt;
  return ticket_row(q);
}

TicketId read_merge_target(Database& db, TicketId id) {
  Query q = db.query("SELECT merged_into FROM ticket WHERE id = ?");
  if (!q.bind(id).step() || q.is_null(0)) return id;
  return q.integer(0);
}

void visit_tickets(Database& db, const TicketFilter& filter, const std::function<void(const Ticket&)>& visit) {
  // Only the conditions that are asked for, so that each of the eight forms finds its index.
  std::string sql = "SELECT " POLLER_TICKET_COLUMNS " FROM ticket WHERE updated_at >= ?";
  if (filter.requester && filter.other_spellings.empty()) sql += " AND requester_address = ? COLLATE NOCASE";
  if (!filter.other_spellings.empty()) {
    sql += " AND requester_address COLLATE NOCASE IN (?";
    for (std::size_t i = 0; i < filter.other_spellings.size(); ++i) sql += ", ?";
    sql += ")";
  }
  if (filter.queue) sql += " AND queue = ?";
  if (filter.status) sql += " AND status = ?";
  sql += " ORDER BY updated_at DESC, id DESC LIMIT ?";
  Query q = db.query(sql);
  int index = 0;
  q.bind_at(++index, filter.since.value_or(INT64_MIN));
  if (filter.requester) q.bind_at(++index, *filter.requester);
  for (const std::string& spelling : filter.other_spellings) q.bind_at(++index, spelling);
  if (filter.queue) q.bind_at(++index, *filter.queue);
  if (filter.status) q.bind_at(++index, *filter.status);
  q.bind_at(++index, filter.limit.value_or(-1));
  while (q.step()) visit(ticket_row(q));
}

void insert_change(Database& db, const Change& change) {
  db.query("INSERT INTO change (ticket_id, message_id, at, who, what, detail_json) VALUES (?, ?, ?, ?, ?, ?)")
      .bind(change.ticket, change.message, change.at, change.who, change.what, change.detail_json)
      .run();
}

std::vector<std::pair<TicketId, std::int64_t>> read_changed_since(Database& db, std::int64_t sequence,
                                                                  std::size_t limit) {
  // Each ticket at its last line: a look into the index a line, no grouping over all that came since.
  Query q = db.query(
      "SELECT ticket_id, sequence FROM change AS this WHERE sequence > ? AND NOT EXISTS"
      " (SELECT 1 FROM change AS later WHERE later.ticket_id = this.ticket_id AND later.sequence > this.sequence)"
      " ORDER BY sequence LIMIT ?");
  q.bind(sequence, limit);
  std::vector<std::pair<TicketId, std::int64_t>> out;
  while (q.step()) out.emplace_back(q.integer(0), q.integer(1));
  return out;
}

std::vector<Change> read_changes(Database& db, TicketId ticket) {
  Query q = db.query(
      "SELECT sequence, message_id, at, who, what, detail_json FROM change WHERE ticket_id = ? ORDER BY sequence");
  q.bind(ticket);
  std::vector<Change> out;
  while (q.step()) {
    out.push_back({q.integer(0), ticket, q.optional_integer(1), q.integer(2), q.text(3), q.text(4), q.text(5)});
  }
  return out;
}

void write_contact(Database& db, const Address& address, UnixTime at) {
  if (address.address.empty()) return;
  constexpr UnixTime kHour = 3600;  // who writes often does not cost a page a mail
  db.query(
        "INSERT INTO contact (address, name, first_seen_at, last_seen_at) VALUES (?1, ?2, ?3, ?3)"
        " ON CONFLICT (address) DO UPDATE SET"
        " name = CASE WHEN ?2 <> '' AND ?3 >= last_seen_at THEN ?2 ELSE name END,"
        " first_seen_at = min(first_seen_at, ?3), last_seen_at = max(last_seen_at, ?3)"
        " WHERE ?3 >= last_seen_at + ?4 OR ?3 < first_seen_at OR (name <> ?2 AND ?2 <> '' AND ?3 >= last_seen_at)")
      .bind(address.address, address.name, at, kHour)
      .run();
}

}  // namespace poller::sqlite_engine
