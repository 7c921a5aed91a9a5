#include "lib/sqlite/backup.h"

#include <sqlite3.h>

#include <memory>

#include "lib/sqlite/errors.h"

namespace poller::sqlite {

void back_up(Database& from, const std::string& to) {
  sqlite3* opened = nullptr;
  const int code =
      sqlite3_open_v2(to.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> target(opened, &sqlite3_close);
  if (code != SQLITE_OK) fail(target.get(), code, to, "create");
  sqlite3_backup* backup = sqlite3_backup_init(target.get(), "main", from.handle(), "main");
  if (backup == nullptr) fail(target.get(), sqlite3_errcode(target.get()), to, "write");
  const int copied = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (copied != SQLITE_DONE && (copied & 0xff) == SQLITE_CORRUPT) fail(nullptr, copied, from.path(), "read");
  if (copied != SQLITE_DONE) fail(target.get(), copied, to, "write");
  if (finished != SQLITE_OK) fail(target.get(), finished, to, "write");
}

}  // namespace poller::sqlite
