// The schema's versions, and how a file comes from one to the next.
#pragma once

#include <vector>

#include "lib/sqlite/database.h"

namespace poller::sqlite_engine {

struct Migration {
  int number;        // the user_version that it leads to
  const char* name;  // "0001_first"
  const char* sql;
};

/// All of them, from number 1 without a gap: storage/schema/*.sql.
const std::vector<Migration>& migrations();

/// Brings the file to the newest version, each step in one transaction. Safe when several processes do it at once.
/// Throws Error(configuration) for a file of another program, or one that a newer poller has written.
void migrate(sqlite::Database& db, const std::vector<Migration>& steps = migrations());

/// For those who may not change the file: throws Error(storage) when it is not of the newest version.
void require_newest(sqlite::Database& db, const std::vector<Migration>& steps = migrations());

}  // namespace poller::sqlite_engine
