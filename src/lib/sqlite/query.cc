#include "lib/sqlite/query.h"

#include <sqlite3.h>

#include "lib/sqlite/errors.h"

namespace poller::sqlite {

Statement::Statement(sqlite3* db, const std::string& path, std::string_view sql) : db_(db), path_(path) {
  const int code =
      sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
  if (code != SQLITE_OK) fail(db, code, path, "use");
}

Statement::~Statement() { sqlite3_finalize(handle_); }

Query::Query(Statement& statement) : statement_(&statement) { statement_->in_use_ = true; }
Query::Query(std::unique_ptr<Statement> own) : own_(std::move(own)), statement_(own_.get()) {}
Query::Query(Query&& other) noexcept : own_(std::move(other.own_)), statement_(other.statement_) {
  other.statement_ = nullptr;
}

Query::~Query() {
  if (statement_ == nullptr) return;
  reset();
  sqlite3_clear_bindings(statement_->handle_);  // no pointer to the caller's text stays behind
  statement_->in_use_ = false;
}

void Query::check(int code) const {
  if (code != SQLITE_OK) fail(statement_->db_, code, statement_->path_, "use");
}

void Query::bind_integer(int index, std::int64_t value) {
  check(sqlite3_bind_int64(statement_->handle_, index, value));
}

void Query::bind_at(int index, std::string_view value) {
  const char* data = value.data() == nullptr ? "" : value.data();
  check(sqlite3_bind_text64(statement_->handle_, index, data, value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Query::bind_at(int index, Blob value) {
  const char* data = value.bytes.data() == nullptr ? "" : value.bytes.data();
  check(sqlite3_bind_blob64(statement_->handle_, index, data, value.bytes.size(), SQLITE_STATIC));
}

void Query::bind_at(int index, std::nullopt_t) { check(sqlite3_bind_null(statement_->handle_, index)); }

bool Query::step() {
  const int code = sqlite3_step(statement_->handle_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(statement_->db_, code, statement_->path_, "use");
  return false;
}

Query& Query::reset() noexcept {
  sqlite3_reset(statement_->handle_);
  return *this;
}

bool Query::is_null(int column) const noexcept {
  return sqlite3_column_type(statement_->handle_, column) == SQLITE_NULL;
}

std::int64_t Query::integer(int column) const noexcept { return sqlite3_column_int64(statement_->handle_, column); }

std::string_view Query::bytes(int column) const noexcept {
  const void* data = sqlite3_column_blob(statement_->handle_, column);  // also for TEXT: the same bytes, no conversion
  const int size = sqlite3_column_bytes(statement_->handle_, column);
  return data == nullptr ? std::string_view()
                         : std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

std::optional<std::string> Query::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

std::optional<std::int64_t> Query::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

}  // namespace poller::sqlite
