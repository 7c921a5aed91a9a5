#include "service/watch.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "base/error.h"

namespace poller {

Watch::Watch() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  if (epoll_ < 0 || wake_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) {
    throw Error(ErrorKind::temporary, std::string("cannot watch connections: ") + std::strerror(errno),
                "Raise the limit of open files (LimitNOFILE).");
  }
}

Watch::~Watch() {
  if (wake_ >= 0) ::close(wake_);
  if (epoll_ >= 0) ::close(epoll_);
}

void Watch::add(int descriptor, Entry& entry) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP;
  event.data.ptr = &entry;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) {
    throw Error(ErrorKind::temporary, std::string("cannot watch a connection: ") + std::strerror(errno));
  }
}

void Watch::remove(int descriptor) noexcept { ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr); }

std::vector<Entry*> Watch::wait(std::chrono::milliseconds timeout) {
  std::array<epoll_event, 256> events{};
  const int ms = static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(timeout.count(), 0, 60'000));
  const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), ms);
  if (n < 0 && errno != EINTR) throw Error(ErrorKind::ours, "epoll_wait() failed");
  std::vector<Entry*> out;
  for (int i = 0; i < n; ++i) {
    if (events[static_cast<std::size_t>(i)].data.ptr != nullptr) {
      out.push_back(static_cast<Entry*>(events[static_cast<std::size_t>(i)].data.ptr));
      continue;
    }
    std::uint64_t count = 0;
    while (::read(wake_, &count, sizeof count) > 0) {
    }
  }
  return out;
}

void Watch::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

}  // namespace poller
