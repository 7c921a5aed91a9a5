#include "mailbox/directory/folder_watch.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace poller {

bool FolderWatch::open(const std::vector<std::filesystem::path>& folders) {
  close();
  descriptor_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  const bool all =
      descriptor_ >= 0 && std::all_of(folders.begin(), folders.end(), [this](const auto& folder) {
        return ::inotify_add_watch(descriptor_, folder.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) >= 0;
      });
  if (!all) close();
  return all;
}

void FolderWatch::close() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

bool FolderWatch::take_news() {
  if (descriptor_ < 0) return false;
  alignas(inotify_event) std::array<char, 4096> events{};
  bool news = false;
  while (::read(descriptor_, events.data(), events.size()) > 0) news = true;
  return news;
}

bool is_being_written(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  // A lease for reading is refused while somebody has the file open for writing; it goes with the descriptor.
  const bool writing = ::fcntl(fd, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
  ::close(fd);
  return writing;
}

}  // namespace poller
