#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "lib/sqlite/backup.h"
#include "lib/sqlite/errors.h"
#include "storage/care.h"
#include "storage/sqlite/care_held.h"
#include "storage/sqlite/file.h"

namespace poller {
namespace {

using sqlite::Damaged;
using sqlite::Database;
using sqlite::NoRoom;
using sqlite_engine::beside_of;
using sqlite_engine::existing_file;
using sqlite_engine::kBusyMilliseconds;
using sqlite_engine::kNumberBits;

constexpr std::int64_t kNumbersAtOnce = 50;  // mails copied under one lock

// The bytes beside never change once a row names them, so they are copied in portions, each under a lock of its own.
// `last_number` -1: all that there are.
void copy_beside(const std::string& from, const std::string& to, std::int64_t last_number) {
  Database target(sqlite_engine::created_file(to), false, kBusyMilliseconds);
  target.execute(
      "PRAGMA page_size = 16384; PRAGMA synchronous = FULL; PRAGMA application_id = 0x506f6c72;"
      "CREATE TABLE piece (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL); PRAGMA user_version = 1");
  if (last_number == 0) return;
  target.query("ATTACH ? AS source").bind(existing_file(from)).run();
  if (last_number < 0) {
    last_number = target.read_integer("SELECT coalesce(max(id), 0) FROM source.piece") >> kNumberBits;
  }
  for (std::int64_t number = 1; number <= last_number; number += kNumbersAtOnce) {
    const std::int64_t end = std::min(number + kNumbersAtOnce, last_number + 1);
    target.query("INSERT INTO piece SELECT id, bytes FROM source.piece WHERE id >= ? AND id < ?")
        .bind(number << kNumberBits, end << kNumberBits)
        .run();
  }
}

void remove_files(const std::string& base) noexcept {
  std::error_code ignored;
  for (const auto* suffix : {"", "-raw", "-journal", "-raw-journal", "-wal", "-shm"}) {
    std::filesystem::remove(base + suffix, ignored);
  }
}

// Private from its first byte.
void make_target(const std::string& part) {
  try {
    (void)sqlite_engine::created_file(part);
  } catch (const Error& error) {
    throw Error(ErrorKind::storage, fmt::format("the backup cannot be written: {}", error.what()),
                "Name a file in a folder that the storage's owner may write: run by root, this command becomes that "
                "user.");
  }
}

// Copies both files to `part` and `part`-raw, and says what could not be copied.
std::vector<std::string> copy_both(const std::string& path, const std::string& part) {
  std::vector<std::string> out;
  sqlite::back_up(*sqlite_engine::open_to_read(path), part);
  std::int64_t last = -1;
  try {
    last = Database(part, true, kBusyMilliseconds).read_integer("SELECT coalesce(max(beside), 0) FROM raw");
  } catch (const Damaged& error) {
    out.emplace_back(error.what());
  }
  try {
    copy_beside(beside_of(path), beside_of(part), last);
  } catch (const Damaged& error) {
    out.emplace_back(error.what());
  }
  return out;
}

void check_pages(Database& db, const std::string& schema, std::vector<std::string>& out) {
  auto check = db.query("PRAGMA " + schema + ".quick_check(20)");
  while (check.step()) {
    if (check.text(0) != "ok") out.push_back(check.text(0));
  }
}

// Of a copy: whatever was wrong with the storage is wrong with it, too.
void check_copy(const std::string& part, std::vector<std::string>& out) {
  try {
    Database db(part, true, kBusyMilliseconds);
    db.query("ATTACH ? AS beside").bind(beside_of(part)).run();
    check_pages(db, "main", out);
    check_pages(db, "beside", out);
    const std::int64_t missing = db.read_integer(
        fmt::format("SELECT count(*) FROM raw r WHERE r.beside IS NOT NULL AND NOT EXISTS (SELECT 1 FROM beside.piece p"
                    " WHERE p.id >= r.beside << {0} AND p.id < (r.beside + 1) << {0})",
                    kNumberBits));
    if (missing > 0) out.push_back(fmt::format("the bytes of {} mails are missing", missing));
  } catch (const Damaged& error) {
    out.emplace_back(error.what());
  }
}

std::uintmax_t size_of(const std::string& file) {
  std::error_code none;
  const auto size = std::filesystem::file_size(file, none);
  return none ? 0 : size;
}

}  // namespace

std::vector<std::string> back_up_sqlite_store(const std::string& path, const std::string& target) {
  for (const auto* suffix : {"", "-raw"}) {
    std::error_code unknown;  // a folder that may not be looked into: said when the file is made
    if (std::filesystem::exists(target + suffix, unknown)) {
      throw Error(ErrorKind::usage, fmt::format("{}{} is there already", target, suffix), "Name a file that is not.");
    }
  }
  const std::string part = target + ".part";
  remove_files(part);
  const sqlite_engine::CareHeld held(path, true);
  try {
    make_target(part);
    auto out = copy_both(path, part);
    check_copy(part, out);
    std::filesystem::rename(beside_of(part), beside_of(target));
    std::filesystem::rename(part, target);
    remove_files(part);
    return out;
  } catch (const std::filesystem::filesystem_error& error) {
    remove_files(part);
    throw Error(ErrorKind::storage, error.what());
  } catch (const NoRoom& error) {
    remove_files(part);
    const auto bytes = size_of(path) + size_of(path + "-wal") + size_of(beside_of(path));
    const auto folder = sqlite_engine::folder_of(target);
    throw Error(
        ErrorKind::storage, fmt::format("no room for the backup: {}", error.what()),
        fmt::format("It takes up to {} MB in {}, where {} MB are free: make room there, or name a file on another "
                    "disk.",
                    bytes / 1'000'000 + 1, folder, sqlite_engine::free_where(folder) / 1'000'000));
  } catch (const Damaged& error) {
    remove_files(part);
    throw Error(ErrorKind::storage,
                fmt::format("the storage is too damaged to be copied page by page: {}", error.what()),
                "Stop poller and copy its files as they are (PATH, PATH-wal, PATH-raw), then restore the last backup.");
  } catch (...) {
    remove_files(part);
    throw;
  }
}

}  // namespace poller
