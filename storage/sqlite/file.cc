#include "storage/sqlite/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "base/steps.h"
#include "lib/sqlite/errors.h"
#include "storage/sqlite/migrations.h"

namespace poller::sqlite_engine {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot(const char* doing, const fs::path& path, ErrorKind kind = ErrorKind::storage) {
  throw Error(kind, fmt::format("cannot {} {}: {}", doing, path.string(), std::strerror(errno)),
              "The storage key of the configuration names a file in a folder that poller's user may write.");
}

void sync_entry_of(const fs::path& path) {
  const int fd = ::open(folder_of(path.string()).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!done) cannot("sync the folder of", path);
}

void make_folders(const fs::path& folder) {
  if (folder.empty() || fs::is_directory(folder)) return;
  make_folders(folder.parent_path());
  step("folder create");
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) cannot("create folder", folder);
  sync_entry_of(folder);
}

// Another process may be making the same file: both end with the same settings, one of them has to wait.
void switch_to_wal(sqlite::Database& db) {
  using clock = std::chrono::steady_clock;
  const auto deadline = clock::now() + std::chrono::milliseconds(kBusyMilliseconds);
  for (;;) {
    try {
      auto mode = db.query("PRAGMA journal_mode = WAL");
      if (mode.step() && mode.bytes(0) == "wal") return;
      throw Error(ErrorKind::storage, fmt::format("{}: this file system does not do write-ahead logging", db.path()),
                  "Keep the storage on a local disk.");
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::temporary || clock::now() > deadline) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void harden(sqlite::Database& db) {
  db.harden();
  db.execute("PRAGMA cell_size_check = ON; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY");
}

}  // namespace

std::string folder_of(const std::string& path) {
  const auto folder = fs::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

std::uintmax_t free_where(const std::string& folder) {
  std::error_code unknown;
  const auto space = fs::space(folder, unknown);
  return unknown ? UINTMAX_MAX : space.available;
}

void refuse_empty_file(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0 || st.st_size != 0) return;
  throw Error(
      ErrorKind::storage, fmt::format("{} is empty: there is no storage in it", path),
      "If there were tickets in it, restore the last backup (docs/operations.md) before poller writes to it; if "
      "not, remove the file.");
}

const std::string& existing_file(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) {
    throw Error(ErrorKind::storage, fmt::format("there is no storage at {}: {}", path, std::strerror(errno)),
                "It is made by the first `poller --once` or `poller replay`.");
  }
  return path;
}

FileAtPath::FileAtPath(std::string path) : path_(std::move(path)) {
  struct stat st {};
  if (::stat(path_.c_str(), &st) != 0) return;
  device_ = st.st_dev;
  inode_ = st.st_ino;
}

void FileAtPath::check() const {
  if (inode_ == 0) return;
  struct stat st {};
  const bool is_there = ::stat(path_.c_str(), &st) == 0;
  if (is_there && st.st_ino == inode_ && st.st_dev == device_) return;
  throw Error(ErrorKind::storage,
              fmt::format("the storage {} was {} while poller has it open", path_, is_there ? "replaced" : "removed"),
              "Start poller anew; stop it before a backup is put in its storage's place.");
}

const std::string& created_file(const std::string& path) {
  struct stat st {};
  if (path.empty() || path.back() == '/' || (::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode))) {
    throw Error(ErrorKind::configuration, fmt::format("the storage \"{}\" is no file", path),
                "Write storage: sqlite:PATH with the path of a file.");
  }
  // A file that is there is never opened here: closing it again would drop the locks of every other connection of this
  // process (fcntl(2)), and whoever closes it next elsewhere would delete the log under them.
  if (::lstat(path.c_str(), &st) == 0) return path;
  make_folders(fs::path(path).parent_path());
  step("db create");
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) return path;  // somebody else was faster
  if (fd < 0) cannot("create", path);
  ::close(fd);
  sync_entry_of(path);
  return path;
}

void prepare_for_writing(sqlite::Database& db) {
  harden(db);
  db.execute(fmt::format("PRAGMA page_size = {}", kPageSize));  // has a meaning in a new file alone
  switch_to_wal(db);
  const std::int64_t page_size = db.read_integer("PRAGMA page_size");
  db.execute(
      fmt::format("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = {};"
                  "PRAGMA journal_size_limit = {}",
                  kLogBytes / page_size, kLogBytes));
  migrate(db);
}

std::unique_ptr<sqlite::Database> open_file(const std::string& path, bool read_only) {
  return std::make_unique<sqlite::Database>(existing_file(path), read_only, kBusyMilliseconds);
}

std::unique_ptr<sqlite::Database> open_to_write(const std::string& path) {
  // The file beside is made after the schema of this one: what is empty now was not always so.
  std::error_code none;
  if (fs::file_size(path + "-raw", none) > 0 && !none) refuse_empty_file(path);
  auto db = std::make_unique<sqlite::Database>(created_file(path), false, kBusyMilliseconds);
  prepare_for_writing(*db);
  return db;
}

std::unique_ptr<sqlite::Database> open_to_read(const std::string& path) {
  refuse_empty_file(path);
  auto db = open_file(path, true);
  const auto prepare = [&db] {
    harden(*db);
    require_newest(*db);
  };
  try {
    prepare();
  } catch (const sqlite::NoRoom&) {
    db = open_file(path, false);
    db->execute("PRAGMA locking_mode = EXCLUSIVE");
    prepare();
  }
  return db;
}

}  // namespace poller::sqlite_engine
