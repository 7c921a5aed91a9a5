#include "storage/sqlite/write.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/log.h"
#include "base/steps.h"
#include "lib/sqlite/errors.h"

namespace poller::sqlite_engine {

Write::Write(sqlite::Database& db) : db_(db) {
  sqlite::refuse_after_io_error(db.path());
  if (db.in_transaction()) throw Error(ErrorKind::ours, "a write transaction is open already");
  db_.query("BEGIN IMMEDIATE").run();
}

Write::~Write() {
  if (!db_.in_transaction()) return;
  try {
    db_.query("ROLLBACK").run();
  } catch (const Error& error) {
    log::error("a transaction could not be undone; the next start undoes it", {{"error", error.what()}});
  }
}

void Write::commit() {
  if (!db_.in_transaction()) {
    throw Error(ErrorKind::storage, fmt::format("{}: the transaction was lost to an earlier error", db_.path()));
  }
  sqlite::refuse_after_io_error(db_.path());
  step("db commit");
  db_.query("COMMIT").run();
}

}  // namespace poller::sqlite_engine
