#include "storage/sqlite/outbox.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "storage/sqlite/json.h"
#include "storage/sqlite/raws.h"
#include "storage/sqlite/tickets.h"

namespace poller::sqlite_engine {
namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Query;

constexpr std::string_view kOutboxWho = "poller";

}  // namespace

// The message's state follows, and followers of tickets are told.
void SqliteOutboxWriter::tell(std::int64_t id, const std::string& who, UnixTime at) {
  Database& db = open_();
  db.query(
        "UPDATE message SET state = (SELECT state FROM outbox WHERE id = ?1) WHERE id = (SELECT message_id FROM outbox "
        "WHERE id = ?1)")
      .bind(id)
      .run();
  const auto row = SqliteOutboxReader(db).row(id);
  if (!row || !row->ticket || !row->message) return;
  nlohmann::ordered_json detail{{"outbox", id}, {"state", to_string(row->state)}};
  if (!row->last_error.empty()) detail["error"] = row->last_error;
  insert_change(db, {0, *row->ticket, row->message, at, who, "delivery",
                     detail.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)});
}

std::int64_t SqliteOutboxWriter::next_id() {
  Query q = open_().query("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0) + 1");
  return q.step() ? q.integer(0) : 1;
}

void SqliteOutboxWriter::add(const NewOutgoing& m) {
  Database& db = open_();
  insert_raw(db, raws_, *m.raw);
  const std::string raw_key = hash_bytes(m.raw->sha256);
  const std::string to = strings_to_json(m.to);
  const std::string answers = text::to_lower(m.answers);
  db.query(
        "INSERT INTO outbox (id, kind, mailbox, ticket_id, message_id, state, attempts, created_at, next_try, tried_at,"
        " end_reached, last_error, header_id, sender, to_json, owed_json, answers, subject, raw_sha256, size,"
        " server_reply, about) VALUES (?, ?, ?, ?, ?, 'pending', 0, ?, ?, 0, 0, '', ?, ?, ?, ?, ?, ?, ?, ?, '', ?)")
      .bind(m.id, to_string(m.kind), m.mailbox, m.ticket, m.message, m.created_at, m.not_before, m.message_id, m.sender,
            to, to, answers, m.subject, Blob{raw_key}, m.raw->size, m.about)
      .run();
}

bool SqliteOutboxWriter::claim(std::int64_t id, UnixTime now) {
  Database& db = open_();
  db.query(
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1, tried_at = ?2, end_reached = 0 WHERE id = ?1"
        " AND state IN ('pending', 'retry')")
      .bind(id, now)
      .run();
  if (db.changes() != 1) return false;
  db.query("UPDATE message SET state = 'sending' WHERE id = (SELECT message_id FROM outbox WHERE id = ?)")
      .bind(id)
      .run();
  return true;
}

void SqliteOutboxWriter::note_end_reached(std::int64_t id) {
  Database& db = open_();
  db.query("UPDATE outbox SET end_reached = 1 WHERE id = ? AND state = 'sending'").bind(id).run();
  if (db.changes() != 1) throw Error(ErrorKind::temporary, fmt::format("outbox {} is not being sent any more", id));
}

bool SqliteOutboxWriter::finish(std::int64_t id, const OutboxResult& r, UnixTime now) {
  Database& db = open_();
  const std::string owed = strings_to_json(r.owed);
  db.query(
        "UPDATE outbox SET state = ?2, last_error = ?3, next_try = ?4, owed_json = ?5, server_reply = ?6,"
        " attempts = attempts - ?7 WHERE id = ?1 AND state IN ('sending', 'uncertain')")
      .bind(id, to_string(r.state), r.error, r.next_try, owed, r.server_reply, r.counts ? 0 : 1)
      .run();
  if (db.changes() != 1) return false;
  tell(id, std::string(kOutboxWho), now);
  return true;
}

bool SqliteOutboxWriter::cancel(std::int64_t id, const std::string& who, UnixTime now) {
  Database& db = open_();
  db.query(
        "UPDATE outbox SET state = 'cancelled', next_try = 0 WHERE id = ? AND state IN ('pending', 'retry',"
        " 'uncertain', 'failed')")
      .bind(id)
      .run();
  if (db.changes() != 1) return false;
  tell(id, who, now);
  return true;
}

bool SqliteOutboxWriter::retry(std::int64_t id, const std::string& who, UnixTime now) {
  Database& db = open_();
  db.query(
        "UPDATE outbox SET state = 'pending', attempts = 0, next_try = ?2, last_error = '', owed_json = CASE owed_json"
        " WHEN '[]' THEN to_json ELSE owed_json END WHERE id = ?1"  // '[]': of older versions, where all were refused
        " AND state IN ('retry', 'uncertain', 'failed', 'cancelled')")
      .bind(id, now)
      .run();
  if (db.changes() != 1) return false;
  tell(id, who, now);
  return true;
}

void SqliteOutboxWriter::set_delivery(std::int64_t id, const std::string& message_state) {
  open_()
      .query("UPDATE message SET state = ?2 WHERE id = (SELECT message_id FROM outbox WHERE id = ?1)")
      .bind(id, message_state)
      .run();
}

void SqliteOutboxWriter::note_reasons(MessageId message, const std::vector<std::string>& reasons) {
  Query q =
      open_().query("UPDATE message SET decision_json = json_insert(decision_json, '$.reasons[#]', ?2) WHERE id = ?1");
  for (const std::string& reason : reasons) {
    const std::string valid = text::to_valid_utf8(reason);
    q.reset().bind(message, valid).run();
  }
}

void SqliteOutboxWriter::mute(const std::string& address, UnixTime until, const std::string& reason) {
  open_()
      .query("INSERT OR REPLACE INTO mute (address, until, reason) VALUES (?, ?, ?)")
      .bind(address, until, reason)
      .run();
}

}  // namespace poller::sqlite_engine
