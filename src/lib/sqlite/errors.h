// SQLite's result codes as errors of ours.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

struct sqlite3;

namespace poller::sqlite {

/// The disk has no room for what was to be written (or for the index of the log, which a reader needs too).
class NoRoom : public Error {
 public:
  using Error::Error;
};

/// The file contradicts itself, or is no database.
class Damaged : public Error {
 public:
  using Error::Error;
};

/// Throws what `code` means. FULL, IOERR, READONLY, CANTOPEN, PERM, CORRUPT, NOTADB: Error(storage), where it is one of
/// those NoRoom or Damaged. BUSY, LOCKED, PROTOCOL: Error(temporary). TOOBIG: Error(limit). The rest is Error(ours).
/// An I/O error (but not a full disk) marks `path`: see refuse_after_io_error().
[[noreturn]] void fail(sqlite3* db, int code, const std::string& path, const char* doing);

/// After a failed write or sync nobody knows what the disk holds: the kernel may have dropped the dirty pages and will
/// report success the next time. So this process touches that file no more; the next one reads the log anew.
/// Throws Error(storage) when that happened to `path`.
void refuse_after_io_error(const std::string& path);

/// How often fail() has thrown in this process, on any file.
struct FailureCounts {
  std::uint64_t storage = 0;  // the disk, rights
  std::uint64_t busy = 0;     // somebody else wrote for too long
  std::uint64_t corrupt = 0;
};
FailureCounts failure_counts() noexcept;

/// Whether `path` is marked.
bool had_io_error(const std::string& path) noexcept;

}  // namespace poller::sqlite
