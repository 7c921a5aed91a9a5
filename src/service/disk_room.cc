#include "service/disk_room.h"

#include <sys/statvfs.h>

namespace poller {

std::optional<std::uint64_t> room_for(const std::filesystem::path& file) noexcept {
  struct statvfs found {};
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  if (::statvfs(folder.c_str(), &found) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
}

}  // namespace poller
