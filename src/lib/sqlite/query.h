// A prepared statement, and one use of it: bind, step, read columns.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace poller::sqlite {

/// Bytes to bind as a BLOB; they must live until the statement has run.
struct Blob {
  std::string_view bytes;
};

class Statement {
 public:
  Statement(sqlite3* db, const std::string& path, std::string_view sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  [[nodiscard]] bool in_use() const noexcept { return in_use_; }

 private:
  friend class Query;
  sqlite3* db_;
  const std::string& path_;
  sqlite3_stmt* handle_ = nullptr;
  bool in_use_ = false;
};

/// Holds a statement for one use; resets it when it goes. Parameters count from 1, columns from 0. Text and blobs are
/// not copied: they must live until the last step().
class Query {
 public:
  explicit Query(Statement& statement);
  explicit Query(std::unique_ptr<Statement> own);
  Query(Query&& other) noexcept;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Query& operator=(Query&&) = delete;
  ~Query();

  /// Binds the first parameter, the second, and so on.
  template <class... Values>
  Query& bind(const Values&... values) {
    int index = 0;
    (bind_at(++index, values), ...);
    return *this;
  }
  template <std::integral Integer>
  void bind_at(int index, Integer value) {
    bind_integer(index, static_cast<std::int64_t>(value));
  }
  void bind_at(int index, std::string_view value);
  void bind_at(int index, const std::string& value) { bind_at(index, std::string_view(value)); }
  void bind_at(int index, const char* value) { bind_at(index, std::string_view(value)); }
  void bind_at(int index, Blob value);
  void bind_at(int index, std::nullopt_t);
  template <class T>
  void bind_at(int index, const std::optional<T>& value) {
    if (value) {
      bind_at(index, *value);
    } else {
      bind_at(index, std::nullopt);
    }
  }

  /// Goes to the next row; false when there is none.
  bool step();
  /// Runs a statement that gives no rows.
  void run() {
    while (step()) {
    }
  }
  /// Makes the statement ready for other parameters.
  Query& reset() noexcept;

  [[nodiscard]] bool is_null(int column) const noexcept;
  [[nodiscard]] std::int64_t integer(int column) const noexcept;
  [[nodiscard]] std::string_view bytes(int column) const noexcept;  // valid until the next step() or reset()
  [[nodiscard]] std::string text(int column) const { return std::string(bytes(column)); }
  [[nodiscard]] std::optional<std::string> optional_text(int column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;

 private:
  void bind_integer(int index, std::int64_t value);
  void check(int code) const;

  std::unique_ptr<Statement> own_;
  Statement* statement_;
};

}  // namespace poller::sqlite
