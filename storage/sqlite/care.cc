#include "storage/care.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "lib/sqlite/errors.h"
#include "storage/sqlite/care_held.h"
#include "storage/sqlite/file.h"
#include "storage/sqlite/raw_file.h"
#include "storage/sqlite/raws.h"

namespace poller {
namespace {

using sqlite::Database;
using sqlite::NoRoom;
using sqlite_engine::beside_of;
using sqlite_engine::CareHeld;
using sqlite_engine::folder_of;
using sqlite_engine::free_where;
using sqlite_engine::kNumberBits;
using sqlite_engine::open_file;

constexpr std::int64_t kRowsAtOnce = 200;          // mails pruned in one transaction
constexpr std::int64_t kRowsAtOnceInStraits = 10;  // where there is little room for the log
constexpr std::uintmax_t kStraits = std::uintmax_t{64} << 20;

void integrity_of(Database& db, std::vector<std::string>& out) {
  auto check = db.query("PRAGMA integrity_check(100)");
  while (check.step()) {
    if (check.text(0) != "ok") out.push_back(db.path() + ": " + check.text(0));
  }
  auto references = db.query("PRAGMA foreign_key_check");
  while (references.step()) {
    out.push_back(
        fmt::format("{}: a row of {} refers to nothing in {}", db.path(), references.text(0), references.text(2)));
  }
}

void compare_mails(const std::string& path, Database& db, std::vector<std::string>& out) {
  sqlite_engine::RawFile beside(path, true);
  auto all = db.query("SELECT lower(hex(sha256)) FROM raw WHERE bytes IS NOT NULL OR beside IS NOT NULL");
  while (all.step()) {
    const std::string sha256 = all.text(0);
    try {
      sqlite_engine::read_raw(db, beside, sha256);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::corrupt) throw;
      out.push_back(fmt::format("mail {}: {}", sha256, error.what()));
    }
  }
}

std::uint64_t prune_quarantine(Database& db, const PruneLimits& limits) {
  if (!limits.quarantine) return 0;
  db.query("DELETE FROM quarantine WHERE state IN ('retried', 'dropped') AND coalesce(done_at, received_at) < ?")
      .bind(limits.now - *limits.quarantine)
      .run();
  return static_cast<std::uint64_t>(db.changes());
}

// Who has a mail's bytes. Built once, since neither message nor quarantine has an index by hash: one would cost each
// mail that comes in, for what is done once a day. How the tickets stand is looked up when it counts.
constexpr const char* kUsers =
    "DROP TABLE IF EXISTS temp.used;"
    "CREATE TEMP TABLE used AS SELECT raw_sha256 AS hash, ticket_id AS ticket, 'message' AS kind FROM message"
    " WHERE raw_sha256 IS NOT NULL UNION ALL"
    " SELECT raw_sha256, NULL, CASE WHEN state IN ('retried', 'dropped') THEN 'done' ELSE 'open' END FROM quarantine"
    " WHERE raw_sha256 IS NOT NULL;"
    "CREATE INDEX temp.used_hash ON used (hash)";

// A mail's bytes go when every ticket that has a message of them has been closed for so long.
constexpr const char* kPrunable =
    "SELECT r.id, r.size, coalesce(r.beside, 0) FROM raw r"
    " WHERE (r.bytes IS NOT NULL OR r.beside IS NOT NULL) AND r.id > ?1"
    " AND EXISTS (SELECT 1 FROM temp.used u WHERE u.hash = r.sha256 AND u.ticket IS NOT NULL)"
    " AND NOT EXISTS (SELECT 1 FROM temp.used u LEFT JOIN ticket t ON t.id = u.ticket"
    "   LEFT JOIN ticket i ON i.id = t.merged_into WHERE u.hash = r.sha256 AND (u.kind = 'open' OR u.kind = 'message'"
    "     AND (t.id IS NULL OR coalesce(i.status, t.status) <> 'closed'"
    "       OR coalesce(i.updated_at, t.updated_at) >= ?2)))"
    " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.raw_sha256 = r.sha256"
    "   AND o.state NOT IN ('sent', 'cancelled'))"
    " AND NOT EXISTS (SELECT 1 FROM message n WHERE n.id > (SELECT message FROM temp.raw_then)"
    "   AND n.raw_sha256 = r.sha256)"
    " ORDER BY r.id LIMIT ?3";

// Of a quarantine row that is gone.
constexpr const char* kOrphans =
    "SELECT r.id, r.size, coalesce(r.beside, 0) FROM raw r"
    " WHERE (r.bytes IS NOT NULL OR r.beside IS NOT NULL) AND r.id > ?1 AND ?2 IS NOT NULL"
    " AND r.id <= (SELECT last FROM temp.raw_then)"
    " AND NOT EXISTS (SELECT 1 FROM temp.used u WHERE u.hash = r.sha256)"
    " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.raw_sha256 = r.sha256)"
    " AND NOT EXISTS (SELECT 1 FROM message n WHERE n.id > (SELECT message FROM temp.raw_then)"
    "   AND n.raw_sha256 = r.sha256)"
    " ORDER BY r.id LIMIT ?3";

class PruneRaws {
 public:
  /// `before`: what `sql` compares times with.
  PruneRaws(Database& db, const std::string& path, const char* sql, UnixTime before, Pruned& out)
      : db_(db), path_(path), sql_(sql), before_(before), out_(out), rows_at_once_(rows_for(path)) {}

  void run() {
    while (portion()) {
    }
  }

 private:
  static std::int64_t rows_for(const std::string& path) {
    return free_where(folder_of(path)) < kStraits ? kRowsAtOnceInStraits : kRowsAtOnce;
  }

  bool portion() {
    std::vector<std::int64_t> numbers;
    db_.execute("BEGIN IMMEDIATE");
    std::int64_t found = 0;
    {
      auto rows = db_.query(sql_);
      rows.bind(last_id_, before_, rows_at_once_);
      auto forget = db_.query("UPDATE raw SET bytes = NULL, beside = NULL WHERE id = ?");
      while (rows.step()) {
        last_id_ = rows.integer(0);
        ++found;
        ++out_.mails;
        out_.bytes += static_cast<std::uint64_t>(rows.integer(1));
        if (rows.integer(2) != 0) numbers.push_back(rows.integer(2));
        ids_.push_back(last_id_);
      }
      for (const auto id : ids_) forget.reset().bind(id).run();
      ids_.clear();
    }
    db_.execute("COMMIT");
    if (!numbers.empty()) remove_pieces(numbers);
    // Worked off at once, the log takes the same little room again.
    if (rows_at_once_ != kRowsAtOnce) db_.execute("PRAGMA wal_checkpoint(PASSIVE)");
    return found == rows_at_once_;
  }

  // After the commit: bytes that nobody names are no harm, a name without bytes is. Writers are held off meanwhile.
  void remove_pieces(const std::vector<std::int64_t>& numbers) {
    db_.execute("BEGIN IMMEDIATE");
    {
      const auto beside = open_file(beside_of(path_), false);
      beside->execute("PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
      for (const auto number : numbers) {
        beside->query("DELETE FROM piece WHERE id >= ? AND id < ?")
            .bind(number << kNumberBits, (number + 1) << kNumberBits)
            .run();
      }
      beside->execute("COMMIT");
    }
    db_.execute("COMMIT");
  }

  Database& db_;
  const std::string& path_;
  const char* sql_;
  UnixTime before_;
  Pruned& out_;
  std::int64_t rows_at_once_;
  std::int64_t last_id_ = 0;
  std::vector<std::int64_t> ids_;
};

Pruned prune(const std::string& path, const PruneLimits& limits) {
  Pruned out;
  const CareHeld held(path, false);
  const auto db = sqlite_engine::open_to_write(path);
  out.quarantine = prune_quarantine(*db, limits);
  // What came in meanwhile is not in the list of users: it is left alone.
  db->execute(
      "DROP TABLE IF EXISTS temp.raw_then; CREATE TEMP TABLE raw_then AS"
      " SELECT (SELECT coalesce(max(id), 0) FROM raw) AS last, (SELECT coalesce(max(id), 0) FROM message) AS message");
  db->execute(kUsers);
  if (out.quarantine > 0) PruneRaws(*db, path, kOrphans, limits.now, out).run();
  if (limits.raw) PruneRaws(*db, path, kPrunable, limits.now - *limits.raw, out).run();
  return out;
}

}  // namespace

std::vector<std::string> check_sqlite_store(const std::string& path, bool every_mail) {
  std::vector<std::string> out;
  const auto db = sqlite_engine::open_to_read(path);
  integrity_of(*db, out);
  if (std::filesystem::exists(beside_of(path))) integrity_of(*open_file(beside_of(path), true), out);
  if (every_mail) compare_mails(path, *db, out);
  return out;
}

Pruned prune_sqlite_store(const std::string& path, const PruneLimits& limits) {
  if (!limits.raw && !limits.quarantine) return {};
  try {
    return prune(path, limits);
  } catch (const NoRoom& error) {
    throw NoRoom(ErrorKind::storage, error.what(),
                 fmt::format("Make 1 MB of room in {} by other means first: prune works in steps that need no more.",
                             folder_of(path)));
  }
}

}  // namespace poller
