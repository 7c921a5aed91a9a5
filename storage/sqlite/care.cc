#include "storage/care.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "lib/sqlite/backup.h"
#include "storage/sqlite/file.h"
#include "storage/sqlite/raw_file.h"
#include "storage/sqlite/raws.h"
#include "storage/sqlite/upkeep.h"
#include "storage/store.h"

namespace poller {
namespace {

using sqlite::Database;
using sqlite_engine::existing_file;
using sqlite_engine::kBusyMilliseconds;

constexpr int kNumberBits = 16;                  // of piece.id, see raw_file.cc
constexpr std::int64_t kRowsAtOnce = 200;        // mails pruned in one transaction
constexpr std::int64_t kNumbersAtOnce = 50;      // mails copied under one lock
constexpr std::int64_t kCareSeconds = 6 * 3600;  // of the lease that keeps backup and prune apart
constexpr const char* kCareLease = "#care";      // no mailbox may be called so

std::string beside_of(const std::string& path) { return path + "-raw"; }

std::unique_ptr<Database> open_file(const std::string& path, bool read_only) {
  return std::make_unique<Database>(existing_file(path), read_only, kBusyMilliseconds);
}

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

/// Backup and prune must not meet: what a backup's copy names must still be there when the bytes are copied.
class CareHeld {
 public:
  explicit CareHeld(const std::string& path) : store_(open_sqlite_store(path)) {
    lease_ = store_->take_lease(kCareLease, system_clock().unix_now() + kCareSeconds);
    if (!lease_) {
      throw Error(ErrorKind::temporary, "another backup or prune of this storage is under way", "Wait for its end.");
    }
  }
  ~CareHeld() { store_->release_lease(*lease_); }
  CareHeld(const CareHeld&) = delete;
  CareHeld& operator=(const CareHeld&) = delete;

 private:
  std::unique_ptr<Store> store_;
  std::optional<Lease> lease_;
};

// The bytes beside never change once a row names them, so they are copied in portions, each under a lock of its own.
void copy_beside(const std::string& from, const std::string& to, std::int64_t last_number) {
  Database target(sqlite_engine::created_file(to), false, kBusyMilliseconds);
  target.execute(
      "PRAGMA page_size = 16384; PRAGMA synchronous = FULL; PRAGMA application_id = 0x506f6c72;"
      "CREATE TABLE piece (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL); PRAGMA user_version = 1");
  if (last_number == 0) return;
  target.query("ATTACH ? AS source").bind(existing_file(from)).run();
  for (std::int64_t number = 1; number <= last_number; number += kNumbersAtOnce) {
    const std::int64_t end = std::min(number + kNumbersAtOnce, last_number + 1);
    target.query("INSERT INTO piece SELECT id, bytes FROM source.piece WHERE id >= ? AND id < ?")
        .bind(number << kNumberBits, end << kNumberBits)
        .run();
  }
}

void remove_files(const std::string& base) noexcept {
  std::error_code ignored;
  for (const auto* suffix : {"", "-raw", "-journal", "-raw-journal", "-wal", "-shm"}) {
    std::filesystem::remove(base + suffix, ignored);
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
      : db_(db), path_(path), sql_(sql), before_(before), out_(out) {}

  void run() {
    while (portion()) {
    }
  }

 private:
  bool portion() {
    std::vector<std::int64_t> numbers;
    db_.execute("BEGIN IMMEDIATE");
    std::int64_t found = 0;
    {
      auto rows = db_.query(sql_);
      rows.bind(last_id_, before_, kRowsAtOnce);
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
    return found == kRowsAtOnce;
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
  std::int64_t last_id_ = 0;
  std::vector<std::int64_t> ids_;
};

}  // namespace

std::vector<std::string> check_sqlite_store(const std::string& path, bool every_mail) {
  std::vector<std::string> out;
  const auto db = open_file(path, true);
  sqlite_engine::prepare_for_reading(*db);
  integrity_of(*db, out);
  if (std::filesystem::exists(beside_of(path))) integrity_of(*open_file(beside_of(path), true), out);
  if (every_mail) compare_mails(path, *db, out);
  return out;
}

void back_up_sqlite_store(const std::string& path, const std::string& target) {
  for (const auto* suffix : {"", "-raw"}) {
    std::error_code unknown;  // a folder that may not be looked into: said when the file is made
    if (std::filesystem::exists(target + suffix, unknown)) {
      throw Error(ErrorKind::usage, fmt::format("{}{} is there already", target, suffix), "Name a file that is not.");
    }
  }
  const std::string part = target + ".part";
  remove_files(part);
  const CareHeld held(path);
  try {
    {
      const auto from = open_file(path, true);
      (void)sqlite_engine::created_file(part);  // private from its first byte
      sqlite::back_up(*from, part);
    }
    const std::int64_t last =
        Database(part, true, kBusyMilliseconds).read_integer("SELECT coalesce(max(beside), 0) FROM raw");
    copy_beside(beside_of(path), beside_of(part), last);
    std::filesystem::rename(beside_of(part), beside_of(target));
    std::filesystem::rename(part, target);
  } catch (const std::filesystem::filesystem_error& error) {
    remove_files(part);
    throw Error(ErrorKind::storage, error.what());
  } catch (...) {
    remove_files(part);
    throw;
  }
  remove_files(part);
}

void vacuum_sqlite_store(const std::string& path) {
  const CareHeld held(path);
  open_file(path, false)->execute("VACUUM");
  if (std::filesystem::exists(beside_of(path))) open_file(beside_of(path), false)->execute("VACUUM");
}

Pruned prune_sqlite_store(const std::string& path, const PruneLimits& limits) {
  Pruned out;
  if (!limits.raw && !limits.quarantine) return out;
  const CareHeld held(path);
  const auto db = open_file(path, false);
  sqlite_engine::prepare_for_writing(*db);
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

}  // namespace poller
