#include "lib/sqlite/errors.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <set>

namespace poller::sqlite {
namespace {

struct MarkedPaths {
  std::mutex mutex;
  std::set<std::string> paths;
};

MarkedPaths& marked() {
  static MarkedPaths instance;
  return instance;
}

ErrorKind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorKind::storage;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_NOMEM:
      return ErrorKind::temporary;
    case SQLITE_TOOBIG:
      return ErrorKind::limit;
    default:
      return ErrorKind::ours;
  }
}

bool is_damaged(int code) { return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB; }

std::atomic<std::uint64_t> storage_failures{0}, busy_failures{0}, corrupt_failures{0};

void count_failure(int code) noexcept {
  const int primary = code & 0xff;
  if (is_damaged(code)) ++corrupt_failures;
  if (kind_of(code) == ErrorKind::storage && !is_damaged(code)) ++storage_failures;
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED || primary == SQLITE_PROTOCOL) ++busy_failures;
}

const char* advice_for(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "Make room on the disk that holds the storage; nothing of the interrupted step was kept.";
    case SQLITE_IOERR:
      return "Is there room on the disk? If so, look for disk errors in the kernel log; then start again.";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return "Check that the file and its folder belong to the user that runs poller and can be written.";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "Another process is writing for long; try again.";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "The file is damaged or is no poller storage; restore a backup, or name another file.";
    default:
      return "";
  }
}

// A full disk also shows as an I/O error where SQLite sizes its shared-memory file or a quota is over.
bool means_full(int code, int system_error) {
  return (code & 0xff) == SQLITE_FULL || system_error == ENOSPC || system_error == EDQUOT;
}

}  // namespace

void fail(sqlite3* db, int code, const std::string& path, const char* doing) {
  const int system_error = db == nullptr ? 0 : sqlite3_system_errno(db);
  if ((code & 0xff) == SQLITE_IOERR && !means_full(code, system_error)) {
    const std::lock_guard lock(marked().mutex);
    marked().paths.insert(path);
  }
  count_failure(code);
  const char* text = db == nullptr || sqlite3_errcode(db) == SQLITE_OK ? sqlite3_errstr(code) : sqlite3_errmsg(db);
  const std::string what = fmt::format("cannot {} {}: {} ({})", doing, path, text, code);
  if (means_full(code, system_error)) {
    throw NoRoom(ErrorKind::storage, fmt::format("{}; the disk is full", what), advice_for(SQLITE_FULL));
  }
  if (is_damaged(code)) throw Damaged(ErrorKind::storage, what, advice_for(code));
  throw Error(kind_of(code), what, advice_for(code));
}

FailureCounts failure_counts() noexcept { return {storage_failures, busy_failures, corrupt_failures}; }

bool had_io_error(const std::string& path) noexcept {
  const std::lock_guard lock(marked().mutex);
  return marked().paths.count(path) != 0;
}

void refuse_after_io_error(const std::string& path) {
  if (had_io_error(path)) {
    throw Error(ErrorKind::storage, fmt::format("{} had an I/O error; this process does not touch it again", path),
                advice_for(SQLITE_IOERR));
  }
}

}  // namespace poller::sqlite
