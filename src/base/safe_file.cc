#include "base/safe_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "base/privileges.h"
#include "base/steps.h"

namespace poller {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

const char* write_advice(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "Make room on that disk, then do it again.";
    case EROFS:
      return "The file system is mounted read-only: mount it for writing, or name another folder in the configuration.";
    case EACCES:
    case EPERM:
      return "The user that runs poller must own that folder and may write in it; as root, poller acts as its owner.";
    default:
      return "";
  }
}

[[noreturn]] void fail(const char* step, const std::filesystem::path& path) {
  const int error = errno;
  throw Error(ErrorKind::storage, fmt::format("cannot {} {}: {}", step, path.string(), std::strerror(error)),
              write_advice(error));
}

void write_all(int fd, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("write", path);
    content.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

void sync_folder(const std::filesystem::path& folder) {
  const Descriptor fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) fail("sync folder", folder);
}

std::string read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) {
    throw Error(ErrorKind::no_input, fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)));
  }
  constexpr std::size_t kBlock = 1 << 16;
  struct stat st {};
  const bool sized = ::fstat(fd.get(), &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
  // One byte more than the file has: its end is met without another block, and no room stays unused.
  std::string out(sized ? std::min(static_cast<std::size_t>(st.st_size), max_bytes) + 1 : kBlock, '\0');
  for (std::size_t used = 0;;) {
    if (used == out.size()) out.resize(used + kBlock);
    const ssize_t n = ::read(fd.get(), out.data() + used, out.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      throw Error(ErrorKind::no_input, fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
    }
    used += static_cast<std::size_t>(n);
    if (used > max_bytes) {
      throw Error(ErrorKind::limit, fmt::format("{} is larger than {} bytes", path.string(), max_bytes));
    }
    if (n == 0) {
      out.resize(used);
      return out;
    }
  }
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content, unsigned mode) {
  std::string temporary = path.string() + ".XXXXXX";
  {
    const Descriptor fd(::mkostemp(temporary.data(), O_CLOEXEC));
    if (fd.get() < 0) fail("create a file beside", path);
    try {
      if (::fchmod(fd.get(), mode) != 0) fail("set the mode of", temporary);
      give_to_owner_of(path.parent_path(), fd.get());
      step("file write");
      write_all(fd.get(), content, temporary);
      step("file sync");
      if (::fsync(fd.get()) != 0) fail("sync", temporary);
      step("file rename");
      if (::rename(temporary.c_str(), path.c_str()) != 0) fail("rename to", path);
    } catch (...) {
      ::unlink(temporary.c_str());
      throw;
    }
  }
  step("folder sync");
  sync_folder(path.parent_path());
}

bool readable_by_others(const std::filesystem::path& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 && (st.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

}  // namespace poller
