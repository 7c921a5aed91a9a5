// A folder of a test's own, gone when the test is.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace poller::support {

/// Made by mkdtemp below $TMPDIR (or /tmp), removed with all it holds. POLLER_KEEP_TEMP=1 keeps it, to look into.
class TempDir {
 public:
  explicit TempDir(std::string_view name = "test");
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Throws std::runtime_error where the file cannot be read or written; folders on the way are made.
std::string read_text(const std::filesystem::path& file);
void write_text(const std::filesystem::path& file, std::string_view text);

/// The repository.
std::filesystem::path source_dir();

}  // namespace poller::support
