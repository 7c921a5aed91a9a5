// See effects.h. Each function here takes the place of the C library's one of that name.
#include "effects.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>

#include "real_calls.h"
#include "undo_log.h"

namespace poller::effects {
namespace {

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::string() : text;
}

std::string path_of(int fd) {
  std::array<char, PATH_MAX> target{};
  const auto n = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target.data(), target.size() - 1);
  return n > 0 ? std::string(target.data(), static_cast<std::size_t>(n)) : std::string();
}

std::string absolute(const char* path) {
  if (path[0] == '/') return path;
  std::array<char, PATH_MAX> folder{};
  return ::getcwd(folder.data(), folder.size()) == nullptr ? path : std::string(folder.data()) + "/" + path;
}

bool is_connection(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  return ::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0 &&
         (address.ss_family == AF_INET || address.ss_family == AF_INET6);
}

struct Failure {
  CallKind kind = CallKind::read;
  long at = 0;  // 0: none
  int number = 0;
  bool stays = false;
  long seen = 0;

  explicit Failure(const std::string& text) {
    std::array<char, 16> word{}, how{};
    if (std::sscanf(text.c_str(), "%15s %ld %d %15s", word.data(), &at, &number, how.data()) != 4) return;
    const std::string name = word.data();
    kind = name == "read"    ? CallKind::read
           : name == "write" ? CallKind::write
           : name == "sync"  ? CallKind::sync
           : name == "open"  ? CallKind::open
                             : CallKind::rename;
    stays = std::strcmp(how.data(), "on") == 0;
  }

  bool strikes(CallKind called) {
    if (at == 0 || called != kind) return false;
    ++seen;
    return stays ? seen >= at : seen == at;
  }
  [[nodiscard]] bool struck() const { return at > 0 && seen >= at; }
};

class Recorder {
 public:
  static Recorder& get() {
    static auto* one = new Recorder;  // never destroyed: other threads may still run when the program ends
    return *one;
  }

  std::recursive_mutex& mutex() { return mutex_; }

  [[nodiscard]] bool counts(const std::string& path) const {
    return ::getpid() == pid_ && !folder_.empty() && path.starts_with(folder_ + "/") && !path.ends_with("-shm");
  }

  /// One effect is about to happen. `mergeable`: with one of the same text before it, it is the same effect.
  void effect(const std::string& text, bool mergeable) {
    if (mergeable && text == last_) return;
    last_ = text;
    ++count_;
    if (!trace_.empty()) append(trace_, std::to_string(count_) + " " + text + "\n");
    if (count_ != stop_at_) return;
    if (undo_) undo_->undo_all();
    ::kill(pid_, SIGKILL);
    for (;;) ::pause();
  }

  [[nodiscard]] bool fails(CallKind kind) {
    if (!failure_.strikes(kind)) return false;
    errno = failure_.number;
    return true;
  }

  UndoLog* undo() { return undo_.get(); }
  [[nodiscard]] bool is_ours() const { return ::getpid() == pid_; }

 private:
  Recorder()
      : folder_(variable("POLLER_EFFECTS_FOLDER")),
        trace_(variable("POLLER_EFFECTS_TRACE")),
        stop_at_(std::atol(variable("POLLER_STOP_AT").c_str())),
        failure_(variable("POLLER_FAIL")) {
    if (variable("POLLER_POWER_LOSS") == "1") undo_ = std::make_unique<UndoLog>(folder_);
    std::atexit([] { get().write_count(); });
  }

  void write_count() {
    const std::lock_guard lock(mutex_);
    const std::string path = variable("POLLER_EFFECTS_COUNT");
    if (!path.empty() && is_ours()) append(path, std::to_string(count_) + (failure_.struck() ? " struck\n" : "\n"));
  }

  static void append(const std::string& path, const std::string& line) {
    static const auto real_open = POLLER_REAL(open);
    static const auto real_write = POLLER_REAL(write);
    const int fd = real_open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return;
    (void)!real_write(fd, line.data(), line.size());
    ::close(fd);
  }

  std::recursive_mutex mutex_;
  const pid_t pid_ = ::getpid();
  std::string folder_, trace_, last_;
  long stop_at_;
  long count_ = 0;
  Failure failure_;
  std::unique_ptr<UndoLog> undo_;
};

using Lock = std::lock_guard<std::recursive_mutex>;

// Before bytes go to `fd`; false: the call is to fail.
bool before_write(int fd, off_t offset, std::size_t length) {
  Recorder& r = Recorder::get();
  if (fd <= 2 || !r.is_ours()) return true;
  if (is_connection(fd)) {
    r.effect("send " + std::to_string(fd), false);
    return true;
  }
  const std::string path = path_of(fd);
  if (!r.counts(path)) return true;
  if (r.fails(CallKind::write)) return false;
  r.effect("write " + path, true);
  if (r.undo() != nullptr) {
    const off_t at = offset >= 0 ? offset : ::lseek(fd, 0, SEEK_CUR);
    r.undo()->before_write(fd, path, at, length);
  }
  return true;
}

bool before_sync(int fd) {
  Recorder& r = Recorder::get();
  const std::string path = path_of(fd);
  if (!r.counts(path + "/")) return true;
  if (r.fails(CallKind::sync)) return false;
  r.effect("sync " + path, false);
  return true;
}

void after_sync(int fd) {
  Recorder& r = Recorder::get();
  const std::string path = path_of(fd);
  if (r.undo() == nullptr || !r.counts(path + "/")) return;
  struct stat st {};
  if (::fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
    r.undo()->synced_folder(path);
  } else {
    r.undo()->synced_file(path);
  }
}

bool before_open(const char* path, int flags, bool& makes) {
  Recorder& r = Recorder::get();
  const std::string full = absolute(path);
  makes = false;
  if (!r.counts(full)) return true;
  if (r.fails(CallKind::open)) return false;
  struct stat st {};
  makes = (flags & O_CREAT) != 0 && ::lstat(path, &st) != 0;
  if (makes) r.effect("create " + full, false);
  return true;
}

int counted_open(const char* path, int flags, mode_t mode) {
  static const auto real_open = POLLER_REAL(open);
  const Lock lock(Recorder::get().mutex());
  bool makes = false;
  if (!before_open(path, flags, makes)) return -1;
  const int fd = real_open(path, flags, mode);
  if (makes && fd >= 0 && Recorder::get().undo() != nullptr) Recorder::get().undo()->created(absolute(path));
  return fd;
}

int counted_truncate(int fd, off_t size) {
  static const auto real_ftruncate = POLLER_REAL(ftruncate);
  const Lock lock(Recorder::get().mutex());
  Recorder& r = Recorder::get();
  const std::string path = path_of(fd);
  if (r.counts(path)) {
    if (r.fails(CallKind::write)) return -1;
    r.effect("truncate " + path, true);
    if (r.undo() != nullptr) r.undo()->before_truncate(fd, path, size);
  }
  return real_ftruncate(fd, size);
}

bool before_read(int fd) {
  Recorder& r = Recorder::get();
  return fd <= 2 || !r.is_ours() || !r.counts(path_of(fd)) || !r.fails(CallKind::read);
}

}  // namespace
}  // namespace poller::effects

using poller::effects::Lock;
using poller::effects::Recorder;
namespace fx = poller::effects;

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = static_cast<mode_t>(va_arg(more, int));
  va_end(more);
  return fx::counted_open(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = static_cast<mode_t>(va_arg(more, int));
  va_end(more);
  return fx::counted_open(path, flags | O_LARGEFILE, mode);
}

ssize_t write(int fd, const void* bytes, size_t length) {
  static const auto real_write = POLLER_REAL(write);
  const Lock lock(Recorder::get().mutex());
  return fx::before_write(fd, -1, length) ? real_write(fd, bytes, length) : -1;
}

ssize_t pwrite(int fd, const void* bytes, size_t length, off_t offset) {
  static const auto real_pwrite = POLLER_REAL(pwrite);
  const Lock lock(Recorder::get().mutex());
  return fx::before_write(fd, offset, length) ? real_pwrite(fd, bytes, length, offset) : -1;
}

ssize_t pwrite64(int fd, const void* bytes, size_t length, off64_t offset) { return pwrite(fd, bytes, length, offset); }

ssize_t writev(int fd, const iovec* pieces, int count) {
  static const auto real_writev = POLLER_REAL(writev);
  const Lock lock(Recorder::get().mutex());
  std::size_t length = 0;
  for (int i = 0; i < count; ++i) length += pieces[i].iov_len;
  return fx::before_write(fd, -1, length) ? real_writev(fd, pieces, count) : -1;
}

ssize_t send(int fd, const void* bytes, size_t length, int flags) {
  static const auto real_send = POLLER_REAL(send);
  const Lock lock(Recorder::get().mutex());
  return fx::before_write(fd, -1, length) ? real_send(fd, bytes, length, flags) : -1;
}

ssize_t sendto(int fd, const void* bytes, size_t length, int flags, const sockaddr* to, socklen_t size) {
  static const auto real_sendto = POLLER_REAL(sendto);
  const Lock lock(Recorder::get().mutex());
  return fx::before_write(fd, -1, length) ? real_sendto(fd, bytes, length, flags, to, size) : -1;
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  static const auto real_sendmsg = POLLER_REAL(sendmsg);
  const Lock lock(Recorder::get().mutex());
  return fx::before_write(fd, -1, 0) ? real_sendmsg(fd, message, flags) : -1;
}

ssize_t read(int fd, void* into, size_t length) {
  static const auto real_read = POLLER_REAL(read);
  {
    const Lock lock(Recorder::get().mutex());
    if (!fx::before_read(fd)) return -1;
  }
  return real_read(fd, into, length);
}

ssize_t pread(int fd, void* into, size_t length, off_t offset) {
  static const auto real_pread = POLLER_REAL(pread);
  const Lock lock(Recorder::get().mutex());
  return fx::before_read(fd) ? real_pread(fd, into, length, offset) : -1;
}

ssize_t pread64(int fd, void* into, size_t length, off64_t offset) { return pread(fd, into, length, offset); }

int fsync(int fd) {
  static const auto real_fsync = POLLER_REAL(fsync);
  const Lock lock(Recorder::get().mutex());
  if (!fx::before_sync(fd)) return -1;
  const int code = real_fsync(fd);
  fx::after_sync(fd);
  return code;
}

int fdatasync(int fd) {
  static const auto real_fdatasync = POLLER_REAL(fdatasync);
  const Lock lock(Recorder::get().mutex());
  if (!fx::before_sync(fd)) return -1;
  const int code = real_fdatasync(fd);
  fx::after_sync(fd);
  return code;
}

int ftruncate(int fd, off_t size) noexcept { return fx::counted_truncate(fd, size); }
int ftruncate64(int fd, off64_t size) noexcept { return fx::counted_truncate(fd, size); }

int rename(const char* from, const char* to) noexcept {
  static const auto real_rename = POLLER_REAL(rename);
  const Lock lock(Recorder::get().mutex());
  Recorder& r = Recorder::get();
  const std::string full = fx::absolute(to);
  if (r.counts(full)) {
    if (r.fails(fx::CallKind::rename)) return -1;
    r.effect("rename " + fx::absolute(from) + " to " + full, false);
    if (r.undo() != nullptr) r.undo()->before_rename(fx::absolute(from), full);
  }
  return real_rename(from, to);
}

int link(const char* from, const char* to) noexcept {
  static const auto real_link = POLLER_REAL(link);
  const Lock lock(Recorder::get().mutex());
  Recorder& r = Recorder::get();
  const bool counted = r.counts(fx::absolute(to));
  if (counted) r.effect("link " + fx::absolute(to), false);
  const int code = real_link(from, to);
  if (counted && code == 0 && r.undo() != nullptr) r.undo()->created(fx::absolute(to));
  return code;
}

int unlink(const char* path) noexcept {
  static const auto real_unlink = POLLER_REAL(unlink);
  const Lock lock(Recorder::get().mutex());
  Recorder& r = Recorder::get();
  const std::string full = fx::absolute(path);
  struct stat st {};
  if (r.counts(full) && ::lstat(path, &st) == 0) {
    r.effect("unlink " + full, false);
    if (r.undo() != nullptr) r.undo()->before_unlink(full);
  }
  return real_unlink(path);
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto real_mkdir = POLLER_REAL(mkdir);
  const Lock lock(Recorder::get().mutex());
  struct stat st {};
  if (Recorder::get().counts(fx::absolute(path)) && ::lstat(path, &st) != 0)
    Recorder::get().effect("mkdir " + fx::absolute(path), false);
  return real_mkdir(path, mode);
}

}  // extern "C"
