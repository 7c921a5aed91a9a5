#include "slow_link.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

#include "net.h"

namespace poller::support {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLinkTick = 20;                  // ms between looks at whether the link is over
constexpr std::size_t kUnderWay = 16'000'000;  // bytes of one direction; more would be no link but a store

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// One direction of one connection: whoever calls read_all() reads, a thread of its own writes.
class Direction {
 public:
  Direction(int from, int to, std::chrono::milliseconds delay, const std::atomic<bool>& over)
      : from_(from), to_(to), delay_(delay), over_(over), writer_([this] { write_all(); }) {}
  ~Direction() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    writer_.join();
  }
  Direction(const Direction&) = delete;
  Direction& operator=(const Direction&) = delete;

  void read_all() {
    std::array<char, 65536> buffer{};
    while (!over_) {
      pollfd fd{from_, POLLIN, 0};
      if (::poll(&fd, 1, kLinkTick) <= 0) continue;
      const auto got = ::recv(from_, buffer.data(), buffer.size(), 0);
      if (got <= 0) return;
      std::unique_lock lock(mutex_);
      under_way_.push_back({Clock::now() + delay_, std::string(buffer.data(), static_cast<std::size_t>(got))});
      bytes_ += static_cast<std::size_t>(got);
      changed_.notify_all();
      changed_.wait(lock, [this] { return bytes_ < kUnderWay || broken_; });
      if (broken_) return;
    }
  }

 private:
  struct Piece {
    Clock::time_point due;
    std::string bytes;
  };

  void write_all() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return !under_way_.empty() || ended_; });
      if (under_way_.empty()) break;
      const Piece piece = std::move(under_way_.front());
      under_way_.pop_front();
      lock.unlock();
      if (!over_) std::this_thread::sleep_until(piece.due);
      const bool sent = send_all(to_, piece.bytes);
      lock.lock();
      bytes_ -= piece.bytes.size();
      changed_.notify_all();
      if (sent) continue;
      broken_ = true;
      break;
    }
    ::shutdown(to_, SHUT_WR);
  }

  int from_, to_;
  std::chrono::milliseconds delay_;
  const std::atomic<bool>& over_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Piece> under_way_;
  std::size_t bytes_ = 0;
  bool ended_ = false, broken_ = false;
  std::thread writer_;  // last: it uses all of the above
};

void relay(int client, int server, std::chrono::milliseconds one_way, const std::atomic<bool>& over) {
  const int on = 1;
  for (const int socket : {client, server}) ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // Where one side stops reading, a write to it would never end.
  std::jthread end([&](const std::stop_token& done) {
    while (!over && !done.stop_requested()) ::poll(nullptr, 0, kLinkTick);
    if (!over) return;
    for (const int socket : {client, server}) ::shutdown(socket, SHUT_RDWR);
  });
  std::thread answers([&] { Direction(server, client, one_way, over).read_all(); });
  Direction(client, server, one_way, over).read_all();
  answers.join();
}

}  // namespace

SlowLink::SlowLink(std::uint16_t server_port, std::chrono::milliseconds one_way)
    : server_port_(server_port), one_way_(one_way), listener_(listen_on(0)), port_(port_of(listener_)) {
  acceptor_ = std::thread([this] { accept_all(); });
}

SlowLink::~SlowLink() {
  over_ = true;
  acceptor_.join();
  for (auto& worker : workers_) worker.join();
  ::close(listener_);
}

void SlowLink::accept_all() {
  while (!over_) {
    pollfd fd{listener_, POLLIN, 0};
    if (::poll(&fd, 1, kLinkTick) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    workers_.emplace_back([this, client] {
      const int server = connect_to(server_port_);
      if (server >= 0) relay(client, server, one_way_, over_);
      if (server >= 0) ::close(server);
      ::close(client);
    });
  }
}

}  // namespace poller::support
