// Notices from the kernel of files that come into folders (inotify(7)).
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace poller {

class FolderWatch {
 public:
  FolderWatch() = default;
  ~FolderWatch() { close(); }
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  /// Watches these from now on. False where the kernel cannot: its limits, or the file system.
  bool open(const std::vector<std::filesystem::path>& folders);
  void close() noexcept;
  /// Whether a file was written to its end, or moved in, since the last call. Never waits.
  bool take_news();
  /// Whether a folder is not the one any more that lies at its path: renamed, deleted, unmounted. Nothing comes then.
  [[nodiscard]] bool is_lost() const noexcept { return lost_; }
  /// Whether a file of that name was seen to be written to its end, or moved in.
  [[nodiscard]] bool saw_finished(const std::string& name) const { return finished_.contains(name); }
  void forget_finished(const std::string& name) { finished_.erase(name); }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_ = -1;
  bool lost_ = false;
  std::set<std::string> finished_;
};

/// Whether somebody has the file open for writing (fcntl(2), leases); nothing where the kernel does not tell, since the
/// file is another user's.
std::optional<bool> is_being_written(const std::filesystem::path& file);

}  // namespace poller
