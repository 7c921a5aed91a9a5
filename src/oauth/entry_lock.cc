#include "oauth/entry_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/privileges.h"

namespace poller::oauth {
namespace {

constexpr std::chrono::milliseconds kShortestWait{5};
constexpr std::chrono::milliseconds kLongestWait{200};

// Whether the open file is still the one of that name: the holder before may have removed it.
bool is_still_named(int fd, const std::filesystem::path& file) {
  struct stat by_name {};
  struct stat by_fd {};
  return ::stat(file.c_str(), &by_name) == 0 && ::fstat(fd, &by_fd) == 0 && by_name.st_dev == by_fd.st_dev &&
         by_name.st_ino == by_fd.st_ino;
}

}  // namespace

EntryLock::EntryLock(std::filesystem::path file, std::chrono::milliseconds deadline) : file_(std::move(file)) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  auto wait = kShortestWait;
  while (!try_lock()) {
    if (std::chrono::steady_clock::now() >= end) {
      throw Error(ErrorKind::temporary, fmt::format("{} is held by another process", file_.string()),
                  "Another poller is refreshing this account's token; try again in a minute.");
    }
    std::this_thread::sleep_for(wait);
    wait = std::min(2 * wait, kLongestWait);
  }
  std::array<char, 200> note{};
  const ssize_t n = ::pread(fd_, note.data(), note.size(), 0);
  if (n > 0) note_left_.assign(note.data(), static_cast<std::size_t>(n));
}

EntryLock::EntryLock(EntryLock&& other) noexcept
    : file_(std::move(other.file_)), note_left_(std::move(other.note_left_)), fd_(std::exchange(other.fd_, -1)) {}

EntryLock::~EntryLock() {
  if (fd_ >= 0) ::close(fd_);
}

bool EntryLock::try_lock() {
  int fd = ::open(file_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd >= 0) {
    give_to_owner_of(file_.parent_path(), fd);
  } else {
    fd = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  }
  if (fd < 0) {
    throw Error(ErrorKind::storage, fmt::format("cannot open {}: {}", file_.string(), std::strerror(errno)),
                "The user that runs poller must be able to write to the vault's folder.");
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0 && is_still_named(fd, file_)) {
    fd_ = fd;
    return true;
  }
  ::close(fd);
  return false;
}

void EntryLock::set_note(std::string_view note) noexcept {
  if (::ftruncate(fd_, 0) != 0 || note.empty()) return;
  if (::pwrite(fd_, note.data(), note.size(), 0) < 0) return;
}

void EntryLock::remove_file() noexcept { ::unlink(file_.c_str()); }

}  // namespace poller::oauth
