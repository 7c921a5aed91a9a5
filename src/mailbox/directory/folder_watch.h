// Notices from the kernel of files that come into folders (inotify(7)).
#pragma once

#include <filesystem>
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
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_ = -1;
};

/// Whether another process has the file open for writing, as far as the kernel tells us (fcntl(2), leases: of files of
/// our own user).
bool is_being_written(const std::filesystem::path& file);

}  // namespace poller
