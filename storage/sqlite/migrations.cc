#include "storage/sqlite/migrations.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/steps.h"

namespace poller::sqlite_engine {
namespace {

constexpr std::int64_t kApplicationId = 0x506f6c6c;  // "Poll"; 0001_first.sql sets it

std::int64_t user_version(sqlite::Database& db) { return db.read_integer("PRAGMA user_version"); }

void refuse_foreign_file(sqlite::Database& db, const std::vector<Migration>& steps) {
  const std::int64_t version = user_version(db);
  const bool ours = db.read_integer("PRAGMA application_id") == kApplicationId;
  if (!ours && (version != 0 || db.read_integer("SELECT count(*) FROM sqlite_schema") != 0)) {
    throw Error(ErrorKind::configuration, fmt::format("{} is an SQLite file of another program", db.path()),
                "Name another file in the configuration's storage key.");
  }
  if (version > static_cast<std::int64_t>(steps.size())) {
    throw Error(
        ErrorKind::configuration,
        fmt::format("{} has schema version {}; this program knows versions up to {}", db.path(), version, steps.size()),
        "A newer poller has written it: use that version, or restore the backup made before the upgrade.");
  }
}

void check_references(sqlite::Database& db, const Migration& step) {
  auto broken = db.query("PRAGMA foreign_key_check");
  if (broken.step()) {
    throw Error(ErrorKind::corrupt, fmt::format("{}: after migration {} a row of {} refers to nothing", db.path(),
                                                step.name, broken.bytes(0)));
  }
}

void apply(sqlite::Database& db, const Migration& step_to) {
  db.execute("BEGIN IMMEDIATE");
  try {
    if (user_version(db) == step_to.number - 1) {  // else another process was faster
      db.execute(step_to.sql);
      check_references(db, step_to);
      db.execute(fmt::format("PRAGMA user_version = {}", step_to.number));
    }
    step("db commit");
    db.execute("COMMIT");
  } catch (...) {
    if (db.in_transaction()) {
      try {
        db.execute("ROLLBACK");
      } catch (const Error&) {
        // what went wrong first is what matters
      }
    }
    throw;
  }
}

}  // namespace

void migrate(sqlite::Database& db, const std::vector<Migration>& steps) {
  refuse_foreign_file(db, steps);
  if (user_version(db) == static_cast<std::int64_t>(steps.size())) return;
  db.execute("PRAGMA foreign_keys = OFF");  // a step may build a table anew; check_references() looks instead
  for (const Migration& next : steps) {
    if (user_version(db) < next.number) apply(db, next);
  }
  db.execute("PRAGMA foreign_keys = ON");
}

void require_newest(sqlite::Database& db, const std::vector<Migration>& steps) {
  refuse_foreign_file(db, steps);
  const std::int64_t version = user_version(db);
  if (version != static_cast<std::int64_t>(steps.size())) {
    throw Error(
        ErrorKind::storage,
        fmt::format("{} has schema version {}; this program reads version {}", db.path(), version, steps.size()),
        "Start poller once with write access: it brings the storage up to date.");
  }
}

}  // namespace poller::sqlite_engine
