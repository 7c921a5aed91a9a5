#include "service/disk_room.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

namespace poller {

std::optional<std::uint64_t> room_for(const std::filesystem::path& file) noexcept {
  struct statvfs found {};
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  if (::statvfs(folder.c_str(), &found) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
}

std::optional<Error> too_little_room(const std::filesystem::path& storage, std::uint64_t wanted) {
  constexpr std::uint64_t kMegabyte = 1'000'000;
  const auto room = room_for(storage);
  if (!room || *room >= wanted) return std::nullopt;
  const auto folder = storage.has_parent_path() ? storage.parent_path().string() : std::string(".");
  return Error(
      ErrorKind::temporary,
      fmt::format("the disk is nearly full: {} MB are free in {}, and below {} MB nothing is fetched",
                  *room / kMegabyte, folder, wanted / kMegabyte),
      "Make room there: `poller db prune` and `poller db vacuum` give back what `retention` lets go; or a larger "
      "disk. Mail waits on the server, and what is to be sent is sent.");
}

}  // namespace poller
