#include "storage/sqlite/raw_file.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/log.h"
#include "base/steps.h"
#include "lib/sqlite/errors.h"
#include "storage/sqlite/file.h"

namespace poller::sqlite_engine {
namespace {

// A mail is cut into pieces, so that neither side ever holds more than one of them beside the mail itself.
constexpr std::size_t kPiece = 1 << 20;
constexpr int kPieceBits = 16;  // of a row's id; 64 GB a mail

constexpr std::int64_t first_row(std::int64_t number) { return number << kPieceBits; }

// 16 KB pages: a third less CPU than 4 KB, and no more than 8 KB lost at the end of a mail on average.
constexpr const char* kSettings =
    "PRAGMA page_size = 16384; PRAGMA journal_mode = PERSIST; PRAGMA journal_size_limit = 4194304;"
    "PRAGMA synchronous = FULL; PRAGMA cache_size = -8192;";
constexpr const char* kSchema =
    "BEGIN IMMEDIATE; PRAGMA application_id = 0x506f6c72;"
    "CREATE TABLE IF NOT EXISTS piece (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
    "PRAGMA user_version = 1; COMMIT";

}  // namespace

void RawFile::open_for_reading() {
  db_ = std::make_unique<sqlite::Database>(path_, true, kBusyMilliseconds);
  try {
    db_->read_integer("SELECT count(*) FROM sqlite_schema");
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::storage || sqlite::had_io_error(path_)) throw;
    // A writer was killed in mid-transaction: what it left must be undone before anything can be read.
    db_ = std::make_unique<sqlite::Database>(path_, false, kBusyMilliseconds);
  }
}

void RawFile::open_for_writing() {
  db_ = std::make_unique<sqlite::Database>(created_file(path_), false, kBusyMilliseconds);
  db_->execute(kSettings);
  const std::int64_t version = db_->read_integer("PRAGMA user_version");
  if (version > 1) {
    throw Error(ErrorKind::configuration, fmt::format("{} was written by a newer poller", path_),
                "Use that version, or restore the backup made before the upgrade.");
  }
  if (version == 0) {
    step("raw commit");
    db_->execute(kSchema);
  }
}

sqlite::Database& RawFile::open() {
  if (db_) return *db_;
  try {
    read_only_ ? open_for_reading() : open_for_writing();
  } catch (...) {
    db_.reset();
    throw;
  }
  return *db_;
}

void RawFile::write(std::int64_t number, std::string_view bytes) {
  sqlite::refuse_after_io_error(path_);
  sqlite::Database& db = open();
  if (!writing_) {
    db.query("BEGIN IMMEDIATE").run();
    writing_ = true;
  } else if (!db.in_transaction()) {
    throw Error(ErrorKind::storage, fmt::format("{}: the transaction was lost to an earlier error", path_));
  }
  db.query("DELETE FROM piece WHERE id >= ?").bind(first_row(number)).run();  // left by a crash, or an undone savepoint
  auto insert = db.query("INSERT INTO piece (id, bytes) VALUES (?, ?)");
  std::int64_t row = first_row(number);
  for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
    insert.reset().bind(row++, sqlite::Blob{bytes.substr(at, kPiece)}).run();
  }
}

void RawFile::commit() {
  if (!writing_) return;
  if (!db_->in_transaction()) {
    throw Error(ErrorKind::storage, fmt::format("{}: the transaction was lost to an earlier error", path_));
  }
  step("raw commit");
  db_->query("COMMIT").run();
  writing_ = false;
}

void RawFile::rollback() noexcept {
  if (!writing_) return;
  writing_ = false;
  try {
    if (db_->in_transaction()) db_->query("ROLLBACK").run();
  } catch (const std::exception& error) {
    log::error("a transaction could not be undone; the next start undoes it", {{"error", error.what()}});
  }
}

std::string RawFile::read(std::int64_t number) {
  if (!db_) existing_file(path_);
  auto query = open().query("SELECT bytes FROM piece WHERE id >= ? AND id < ? ORDER BY id");
  query.bind(first_row(number), first_row(number + 1));
  std::string out;
  while (query.step()) out += query.bytes(0);
  if (out.empty()) {
    throw Error(ErrorKind::corrupt, fmt::format("{} does not have the bytes of a mail that the storage names", path_),
                "The storage is two files, PATH and PATH-raw, that belong together: restore both.");
  }
  return out;
}

}  // namespace poller::sqlite_engine
