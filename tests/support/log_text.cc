#include "log_text.h"

#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>

namespace poller::support {
namespace {

/// Standard error goes to a file in memory for as long as it lives.
class Diverted {
 public:
  Diverted() : file_(::memfd_create("log", MFD_CLOEXEC)), before_(::dup(STDERR_FILENO)) {
    if (file_ < 0 || before_ < 0) throw std::runtime_error("standard error cannot be diverted");
    ::dup2(file_, STDERR_FILENO);
  }
  ~Diverted() {
    ::dup2(before_, STDERR_FILENO);
    ::close(before_);
    ::close(file_);
    log::set_level(LogLevel::info);
  }
  Diverted(const Diverted&) = delete;
  Diverted& operator=(const Diverted&) = delete;

  [[nodiscard]] std::string text() const {
    std::string out(static_cast<std::size_t>(::lseek(file_, 0, SEEK_END)), '\0');
    if (::pread(file_, out.data(), out.size(), 0) != static_cast<ssize_t>(out.size())) {
      throw std::runtime_error("standard error cannot be read back");
    }
    return out;
  }

 private:
  int file_;
  int before_;
};

}  // namespace

std::string log_of(const std::function<void()>& action, LogLevel level) {
  const Diverted diverted;
  log::set_level(level);
  action();
  return diverted.text();
}

int times_in(const std::string& text, const std::string& part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

}  // namespace poller::support
