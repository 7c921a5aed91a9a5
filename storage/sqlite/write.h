// A write transaction of the file, undone unless committed.
#pragma once

#include "lib/sqlite/database.h"

namespace poller::sqlite_engine {

class Write {
 public:
  /// Waits for other writers. Throws Error(ours) when this connection has one open already.
  explicit Write(sqlite::Database& db);
  Write(const Write&) = delete;
  Write& operator=(const Write&) = delete;
  ~Write();

  void commit();
  [[nodiscard]] bool alive() const noexcept { return db_.in_transaction(); }  // false after a failure that undid it

 private:
  sqlite::Database& db_;
};

}  // namespace poller::sqlite_engine
