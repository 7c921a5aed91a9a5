#include "mailbox/directory/folder_watch.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace poller {
namespace {

constexpr std::uint32_t kNews = IN_CLOSE_WRITE | IN_MOVED_TO;
constexpr std::uint32_t kGone = IN_MOVE_SELF | IN_DELETE_SELF;
constexpr std::size_t kMostFinished = 100'000;  // names; a folder that is never emptied

}  // namespace

bool FolderWatch::open(const std::vector<std::filesystem::path>& folders) {
  close();
  descriptor_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  const bool all = descriptor_ >= 0 && std::all_of(folders.begin(), folders.end(), [this](const auto& folder) {
                     return ::inotify_add_watch(descriptor_, folder.c_str(), kNews | kGone | IN_ONLYDIR) >= 0;
                   });
  if (!all) close();
  return all;
}

void FolderWatch::close() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  lost_ = false;
  finished_.clear();
}

bool FolderWatch::take_news() {
  if (descriptor_ < 0) return false;
  alignas(inotify_event) std::array<char, 4096> events{};
  bool news = false;
  for (ssize_t size = 0; (size = ::read(descriptor_, events.data(), events.size())) > 0;) {
    news = true;
    for (ssize_t at = 0; at < size;) {
      inotify_event event{};
      std::memcpy(&event, events.data() + at, sizeof event);
      const char* name = events.data() + at + sizeof event;
      if ((event.mask & (kGone | IN_IGNORED | IN_UNMOUNT)) != 0) lost_ = true;
      if ((event.mask & kNews) != 0 && event.len > 0 && finished_.size() < kMostFinished) finished_.emplace(name);
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
  return news;
}

std::optional<bool> is_being_written(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  // A lease for reading is refused while somebody has the file open for writing; it goes with the descriptor.
  const int fault = ::fcntl(fd, F_SETLEASE, F_RDLCK) == 0 ? 0 : errno;
  ::close(fd);
  if (fault == EACCES) return std::nullopt;
  return fault == EAGAIN;
}

}  // namespace poller
