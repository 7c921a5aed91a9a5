// SQLite's own copy of a database that is in use (https://sqlite.org/backup.html).
#pragma once

#include <string>

#include "lib/sqlite/database.h"

namespace poller::sqlite {

/// Copies `from`, as it stands at one moment, into the new file `to`, durably. With write-ahead logging nobody waits
/// for it. Throws as fail() does.
void back_up(Database& from, const std::string& to);

}  // namespace poller::sqlite
