#include "lib/sqlite/database.h"

#include <sqlite3.h>

#include <mutex>

#include "lib/sqlite/errors.h"

namespace poller::sqlite {
namespace {

// SQLite counts what it allocates, under one lock for the whole process, and nobody reads the counts.
void count_no_memory() {
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

}  // namespace

Database::Database(const std::string& path, bool read_only, int busy_ms) : path_(path), read_only_(read_only) {
  count_no_memory();
  refuse_after_io_error(path_);
  const int flags = (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr);
  try {
    if (code != SQLITE_OK) fail(handle_, code, path_, "open");
    sqlite3_extended_result_codes(handle_, 1);
    sqlite3_busy_timeout(handle_, busy_ms);
  } catch (...) {
    close();
    throw;
  }
}

Database::~Database() { close(); }

void Database::close() noexcept {
  statements_.clear();
  if (had_io_error(path_)) {
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  } else if (!read_only_ && handle_ != nullptr) {
    sqlite3_busy_timeout(handle_, 0);
    sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  }
  sqlite3_close_v2(handle_);
  handle_ = nullptr;
}

void Database::harden() noexcept {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

Query Database::query(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    found = statements_.emplace(std::string(sql), std::make_unique<Statement>(handle_, path_, sql)).first;
  }
  if (!found->second->in_use()) return Query(*found->second);
  return Query(std::make_unique<Statement>(handle_, path_, sql));
}

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(handle_, code, path_, "use");
}

std::int64_t Database::read_integer(std::string_view sql) {
  Query q = query(sql);
  return q.step() ? q.integer(0) : 0;
}

bool Database::in_transaction() const noexcept { return sqlite3_get_autocommit(handle_) == 0; }
std::int64_t Database::changes() const noexcept { return sqlite3_changes64(handle_); }
std::int64_t Database::last_insert_id() const noexcept { return sqlite3_last_insert_rowid(handle_); }

}  // namespace poller::sqlite
