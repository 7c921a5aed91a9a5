#include "storage/sqlite/upkeep.h"

#include <fmt/format.h>

#include "base/error.h"
#include "storage/sqlite/process.h"
#include "storage/sqlite/raws.h"

namespace poller::sqlite_engine {
namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Query;

#define POLLER_QUARANTINE_COLUMNS                                                                        \
  "id, mailbox, folder, uidvalidity, uid, uidl, reason, attempts, complete, size, raw_sha256, subject, " \
  "received_at, state, ticket_id, retry_max_size"

QuarantineRow quarantine_columns(const Query& q) {
  QuarantineRow row;
  row.id = q.integer(0);
  row.source = {q.text(1), q.text(2), static_cast<std::uint32_t>(q.integer(3)),
                static_cast<std::uint32_t>(q.integer(4)), q.text(5)};
  row.mailbox = row.source.mailbox;
  row.reason = q.text(6);
  row.attempts = static_cast<int>(q.integer(7));
  row.complete = q.integer(8) != 0;
  row.size = static_cast<std::uint64_t>(q.integer(9));
  row.sha256 = hash_hex(q.bytes(10));
  row.subject = q.text(11);
  row.received_at = q.integer(12);
  row.state = q.text(13);
  row.ticket = q.optional_integer(14);
  row.retry_max_size = static_cast<std::uint64_t>(q.integer(15));
  return row;
}

}  // namespace

std::int64_t insert_quarantine(Database& db, RawFile& beside, const NewQuarantine& row) {
  std::string raw_key;
  if (row.raw != nullptr) {
    insert_raw(db, beside, *row.raw);
    raw_key = hash_bytes(row.raw->sha256);
  }
  const SourceKey& s = row.source;
  db.query(
        "INSERT INTO quarantine (mailbox, folder, uidvalidity, uid, uidl, reason, attempts, complete, raw_sha256,"
        " size, subject, received_at, state, ticket_id, retry_max_size)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, 0)")
      .bind(s.mailbox, s.folder, s.uidvalidity, s.uid, s.uidl, row.reason, row.attempts, row.complete,
            row.raw == nullptr ? std::nullopt : std::optional(Blob{raw_key}), row.size, row.subject, row.received_at,
            row.ticket)
      .run();
  return db.last_insert_id();
}

void write_quarantine_state(Database& db, std::int64_t id, const std::string& state, std::uint64_t retry_max_size) {
  const bool done = state == "retried" || state == "dropped";
  const std::optional<std::int64_t> done_at = done ? std::optional(system_clock().unix_now()) : std::nullopt;
  db.query("UPDATE quarantine SET state = ?, retry_max_size = ?, done_at = ? WHERE id = ?")
      .bind(state, retry_max_size, done_at, id)
      .run();
  if (db.changes() == 0) throw Error(ErrorKind::usage, fmt::format("quarantine has no row {}", id));
}

std::vector<QuarantineRow> read_quarantine(Database& db, bool open_only) {
  Query q = db.query(open_only ? "SELECT " POLLER_QUARANTINE_COLUMNS
                                 " FROM quarantine WHERE state IN ('open', 'retry-wanted') ORDER BY id"
                               : "SELECT " POLLER_QUARANTINE_COLUMNS " FROM quarantine ORDER BY id");
  std::vector<QuarantineRow> out;
  while (q.step()) out.push_back(quarantine_columns(q));
  return out;
}

std::optional<QuarantineRow> read_quarantine_row(Database& db, std::int64_t id) {
  Query q = db.query("SELECT " POLLER_QUARANTINE_COLUMNS " FROM quarantine WHERE id = ?");
  if (!q.bind(id).step()) return std::nullopt;
  return quarantine_columns(q);
}

void write_mailbox_status(Database& db, const MailboxStatus& s) {
  db.query(
        "INSERT OR REPLACE INTO mailbox_status (name, state, last_success, next_poll, lag_seconds, last_error, since,"
        " advice) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(s.name, s.state, s.last_success, s.next_poll, s.lag_seconds, s.last_error, s.since, s.advice)
      .run();
}

namespace {

#define POLLER_STATUS_COLUMNS "name, state, last_success, next_poll, lag_seconds, last_error, since, advice"

MailboxStatus status_columns(const Query& q) {
  return {q.text(0), q.text(1), q.integer(2), q.integer(3), q.integer(4), q.text(5), q.integer(6), q.text(7)};
}

}  // namespace

std::vector<MailboxStatus> read_mailbox_statuses(Database& db) {
  Query q = db.query("SELECT " POLLER_STATUS_COLUMNS " FROM mailbox_status ORDER BY name");
  std::vector<MailboxStatus> out;
  while (q.step()) out.push_back(status_columns(q));
  return out;
}

std::optional<MailboxStatus> read_mailbox_status(Database& db, const std::string& name) {
  Query q = db.query("SELECT " POLLER_STATUS_COLUMNS " FROM mailbox_status WHERE name = ?");
  if (!q.bind(name).step()) return std::nullopt;
  return status_columns(q);
}

void write_value(Database& db, const std::string& name, const std::string& value) {
  db.query("INSERT OR REPLACE INTO value (name, value) VALUES (?, ?)").bind(name, value).run();
}

std::optional<std::string> read_value(Database& db, const std::string& name) {
  Query q = db.query("SELECT value FROM value WHERE name = ?");
  if (!q.bind(name).step()) return std::nullopt;
  return q.text(0);
}

namespace {

#define POLLER_LEASE "SELECT token, holder, until FROM lease WHERE mailbox = ?"

bool is_taken(const Query& lease) {
  const bool over = lease.integer(2) <= system_clock().unix_now();
  return !lease.is_null(1) && !over && !is_gone(lease.bytes(1));
}

}  // namespace

bool is_leased(Database& db, const std::string& mailbox) {
  Query q = db.query(POLLER_LEASE);
  return q.bind(mailbox).step() && is_taken(q);
}

std::optional<Lease> write_lease(Database& db, const std::string& mailbox, UnixTime until) {
  std::int64_t token = 1;
  {
    Query q = db.query(POLLER_LEASE);
    if (q.bind(mailbox).step()) {
      if (is_taken(q)) return std::nullopt;
      token = q.integer(0) + 1;
    }
  }
  db.query("INSERT OR REPLACE INTO lease (mailbox, token, holder, until) VALUES (?, ?, ?, ?)")
      .bind(mailbox, token, this_process(), until)
      .run();
  return Lease{mailbox, token};
}

bool write_lease_until(Database& db, const Lease& lease, UnixTime until) {
  db.query("UPDATE lease SET until = ? WHERE mailbox = ? AND token = ? AND holder IS NOT NULL")
      .bind(until, lease.mailbox, lease.token)
      .run();
  return db.changes() == 1;
}

void remove_lease(Database& db, const Lease& lease) {
  db.query("UPDATE lease SET holder = NULL WHERE mailbox = ? AND token = ?").bind(lease.mailbox, lease.token).run();
}

bool holds_lease(Database& db, const Lease& lease) {
  Query q = db.query("SELECT 1 FROM lease WHERE mailbox = ? AND token = ? AND holder IS NOT NULL");
  return q.bind(lease.mailbox, lease.token).step();
}

}  // namespace poller::sqlite_engine
