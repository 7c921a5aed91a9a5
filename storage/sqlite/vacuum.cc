#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "lib/sqlite/errors.h"
#include "storage/care.h"
#include "storage/sqlite/care_held.h"
#include "storage/sqlite/file.h"

namespace poller {
namespace {

using sqlite::NoRoom;
using sqlite_engine::beside_of;
using sqlite_engine::folder_of;
using sqlite_engine::free_where;
using sqlite_engine::open_file;

// VACUUM writes what is in use into a file of its own and from there over the old one, whose pages a log or a journal
// beside it takes in until all is done.
class RoomForVacuum {
 public:
  explicit RoomForVacuum(const std::string& path) : path_(path), scratch_(scratch_folder()) {
    add(path);
    if (std::filesystem::exists(beside_of(path))) add(beside_of(path));
  }

  [[nodiscard]] bool is_there() const {
    const bool one_disk = device_of(folder_of(path_)) == device_of(scratch_);
    return free_where(folder_of(path_)) >= (one_disk ? 2 * bytes_ : bytes_) && free_where(scratch_) >= bytes_;
  }

  [[noreturn]] void refuse() const {
    const auto megabytes = [](std::uintmax_t bytes) { return (bytes + 999'999) / 1'000'000; };
    const std::string folder = folder_of(path_);
    throw NoRoom(
        ErrorKind::storage,
        fmt::format("no room to vacuum {}: it takes {} MB in {} and as much in {}, where {} MB and {} MB are free",
                    path_, megabytes(bytes_), folder, scratch_, free_where(folder) / 1'000'000,
                    free_where(scratch_) / 1'000'000),
        fmt::format("Make that room in {} (`poller db prune` first: it makes the storage smaller to copy); for "
                    "{} another folder can be named in the environment variable SQLITE_TMPDIR.",
                    folder, scratch_));
  }

 private:
  // As SQLite looks for it.
  static std::string scratch_folder() {
    for (const char* name : {"SQLITE_TMPDIR", "TMPDIR"}) {
      const char* const folder = std::getenv(name);
      if (folder != nullptr && ::access(folder, W_OK | X_OK) == 0) return folder;
    }
    return ::access("/var/tmp", W_OK | X_OK) == 0 ? "/var/tmp" : "/tmp";
  }

  static dev_t device_of(const std::string& folder) {
    struct stat st {};
    return ::stat(folder.c_str(), &st) == 0 ? st.st_dev : 0;
  }

  // The larger of the two counts, since they follow one another.
  void add(const std::string& file) {
    const auto db = file == path_ ? sqlite_engine::open_to_read(file) : open_file(file, true);
    const std::int64_t used = db->read_integer("PRAGMA page_count") - db->read_integer("PRAGMA freelist_count");
    bytes_ = std::max(bytes_, static_cast<std::uintmax_t>(used * db->read_integer("PRAGMA page_size")));
  }

  const std::string& path_;
  std::string scratch_;
  std::uintmax_t bytes_ = 0;
};

}  // namespace

void vacuum_sqlite_store(const std::string& path) {
  try {
    const sqlite_engine::CareHeld held(path, false);
    const RoomForVacuum room(path);
    if (!room.is_there()) room.refuse();
    open_file(path, false)->execute("VACUUM");
    if (std::filesystem::exists(beside_of(path))) open_file(beside_of(path), false)->execute("VACUUM");
  } catch (const NoRoom&) {
    RoomForVacuum(path).refuse();
  }
}

}  // namespace poller
