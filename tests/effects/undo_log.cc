#include "undo_log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "real_calls.h"

namespace poller::effects {
namespace {

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

off_t size_of(int fd) {
  struct stat st {};
  return ::fstat(fd, &st) == 0 ? st.st_size : 0;
}

std::string bytes_at(const std::string& path, off_t offset, std::size_t length) {
  static const auto real_open = POLLER_REAL(open);
  static const auto real_pread = POLLER_REAL(pread);
  const int fd = real_open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  std::string bytes(length, '\0');
  const auto n = real_pread(fd, bytes.data(), length, offset);
  bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  ::close(fd);
  return bytes;
}

}  // namespace

void UndoLog::before_write(int fd, const std::string& path, off_t offset, std::size_t length) {
  changes_.push_back({What::bytes, path, offset, bytes_at(path, offset, length), size_of(fd), {}, {}});
}

void UndoLog::before_truncate(int fd, const std::string& path, off_t size) {
  const off_t was = size_of(fd);
  const std::size_t cut = was > size ? static_cast<std::size_t>(was - size) : 0;
  changes_.push_back({What::bytes, path, size, bytes_at(path, size, cut), was, {}, {}});
}

void UndoLog::created(const std::string& path) { changes_.push_back({What::entry_made, path, 0, {}, 0, {}, {}}); }

// A second name for what an entry names, so that it can come back.
std::string UndoLog::keep(const std::string& path) {
  static const auto real_link = POLLER_REAL(link);
  std::string backup = folder_ + "/.undo-" + std::to_string(++backups_);
  return real_link(path.c_str(), backup.c_str()) == 0 ? backup : std::string();
}

void UndoLog::before_rename(const std::string& from, const std::string& to) {
  changes_.push_back({What::entry_moved, to, 0, {}, 0, from, keep(to)});
  for (Change& change : changes_) {  // what was written under the old name goes on under the new one
    if (change.what == What::bytes && change.path == from) change.path = to;
  }
}

void UndoLog::before_unlink(const std::string& path) {
  changes_.push_back({What::entry_removed, path, 0, {}, 0, {}, keep(path)});
}

void UndoLog::synced_file(const std::string& path) {
  std::erase_if(changes_, [&](const Change& c) { return c.what == What::bytes && c.path == path; });
}

void UndoLog::synced_folder(const std::string& path) {
  static const auto real_unlink = POLLER_REAL(unlink);
  std::erase_if(changes_, [&](const Change& c) {
    const bool durable = c.what != What::bytes && folder_of(c.path) == path;
    if (durable && !c.backup.empty()) real_unlink(c.backup.c_str());
    return durable;
  });
}

void UndoLog::undo(const Change& c) {
  static const auto real_open = POLLER_REAL(open);
  static const auto real_pwrite = POLLER_REAL(pwrite);
  static const auto real_ftruncate = POLLER_REAL(ftruncate);
  static const auto real_rename = POLLER_REAL(rename);
  static const auto real_unlink = POLLER_REAL(unlink);
  switch (c.what) {
    case What::bytes: {
      const int fd = real_open(c.path.c_str(), O_WRONLY | O_CLOEXEC);
      if (fd < 0) return;
      if (!c.bytes.empty()) (void)!real_pwrite(fd, c.bytes.data(), c.bytes.size(), c.offset);
      (void)!real_ftruncate(fd, c.size);
      ::close(fd);
      return;
    }
    case What::entry_made:
      real_unlink(c.path.c_str());
      return;
    case What::entry_moved:
      real_rename(c.path.c_str(), c.from.c_str());
      if (!c.backup.empty()) real_rename(c.backup.c_str(), c.path.c_str());
      return;
    case What::entry_removed:
      if (!c.backup.empty()) real_rename(c.backup.c_str(), c.path.c_str());
      return;
  }
}

void UndoLog::undo_all() {
  std::for_each(changes_.rbegin(), changes_.rend(), undo);
  changes_.clear();
}

}  // namespace poller::effects
