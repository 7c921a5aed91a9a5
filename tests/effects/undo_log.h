// What files were before they were changed, for as long as no sync has made the change durable.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace poller::effects {

/// Not safe for threads: the caller holds a lock. Uses the real calls, not the counted ones.
class UndoLog {
 public:
  explicit UndoLog(std::string folder) : folder_(std::move(folder)) {}

  void before_write(int fd, const std::string& path, off_t offset, std::size_t length);
  void before_truncate(int fd, const std::string& path, off_t size);
  void created(const std::string& path);
  void before_rename(const std::string& from, const std::string& to);
  void before_unlink(const std::string& path);

  void synced_file(const std::string& path);
  void synced_folder(const std::string& path);

  /// Everything that is still in the log, undone, last first.
  void undo_all();

 private:
  enum class What { bytes, entry_made, entry_moved, entry_removed };
  struct Change {
    What what;
    std::string path;
    off_t offset = 0;
    std::string bytes;   // what stood there
    off_t size = 0;      // of the file before
    std::string from;    // entry_moved
    std::string backup;  // a link to what the entry named, empty: nothing
  };

  std::string keep(const std::string& path);
  static void undo(const Change& change);

  std::string folder_;
  std::vector<Change> changes_;
  long backups_ = 0;
};

}  // namespace poller::effects
