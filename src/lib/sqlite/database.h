// One connection to an SQLite file, and its statements, prepared once and kept.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "lib/sqlite/query.h"

struct sqlite3;

namespace poller::sqlite {

class Database {
 public:
  /// Opens an existing file. Throws Error (see errors.h). `busy_ms`: how long a statement waits for other processes.
  Database(const std::string& path, bool read_only, int busy_ms);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  /// Writes the log back into the file and truncates it, unless somebody else is using the file or it failed before.
  ~Database();

  /// Against a file that somebody has tampered with: no writes to the schema's own tables, no functions of ours in
  /// views.
  void harden() noexcept;

  /// The statement for `sql`, ready to bind. It is prepared once; a second use at the same time gets one of its own.
  Query query(std::string_view sql);

  /// Runs a statement without parameters, or a script of several.
  void execute(const std::string& sql);
  std::int64_t read_integer(std::string_view sql);  // its first column, or 0 without a row

  [[nodiscard]] bool in_transaction() const noexcept;
  [[nodiscard]] std::int64_t changes() const noexcept;  // rows changed by the last statement
  [[nodiscard]] std::int64_t last_insert_id() const noexcept;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] sqlite3* handle() const noexcept { return handle_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
  };

  void close() noexcept;

  std::string path_;
  sqlite3* handle_ = nullptr;
  bool read_only_;
  std::unordered_map<std::string, std::unique_ptr<Statement>, Hash, std::equal_to<>> statements_;
};

}  // namespace poller::sqlite
