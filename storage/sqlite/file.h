// The file itself: made private, opened with the right settings, brought to the newest schema.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lib/sqlite/database.h"

namespace poller::sqlite_engine {

constexpr int kBusyMilliseconds = 10'000;             // how long we wait for another writer
constexpr int kPageSize = 4096;                       // of a new file
constexpr std::int64_t kLogBytes = 64 * 1024 * 1024;  // the write-ahead log is worked off at this size

/// Makes the file (mode 0600) and its folder (0700) where they are missing. Returns `path`.
/// Error(configuration) for a path that can be no file, Error(storage) where it cannot be made.
const std::string& created_file(const std::string& path);

/// Error(storage) when there is none. Returns `path`.
const std::string& existing_file(const std::string& path);

std::string folder_of(const std::string& path);
/// Bytes that this process may still write there; very many where it cannot be told.
std::uintmax_t free_where(const std::string& folder);

/// Error(storage) where that file is there and empty: whoever only reads must not make a storage of it, and nobody
/// where the mails' bytes lie beside it.
void refuse_empty_file(const std::string& path);

/// Which file lies at a path. A storage that was deleted or replaced while it is open takes everything and keeps
/// nothing: whoever writes asks before.
class FileAtPath {
 public:
  explicit FileAtPath(std::string path);
  /// Throws Error(storage) when another file lies there by now, or none.
  void check() const;

 private:
  std::string path_;
  std::uint64_t device_ = 0, inode_ = 0;  // 0: not known, then nothing is checked
};

/// WAL, synchronous=FULL, foreign keys; migrates.
void prepare_for_writing(sqlite::Database& db);

/// A file that is there, as it is. Error(storage) where it is not.
std::unique_ptr<sqlite::Database> open_file(const std::string& path, bool read_only);

/// For writing; made where it is missing.
std::unique_ptr<sqlite::Database> open_to_write(const std::string& path);

/// Changes nothing; Error(storage) when the schema is older than this program. Also where the disk is full and nobody
/// has the file open: the index of the log, which wants room on that disk, is then kept in memory, and the file to
/// ourselves.
std::unique_ptr<sqlite::Database> open_to_read(const std::string& path);

}  // namespace poller::sqlite_engine
