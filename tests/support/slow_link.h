// A link of a given delay before a test server: what goes in comes out as much later, at full speed. As it is with a
// server far away; the kernel's own netem is not everywhere and wants root.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace poller::support {

class SlowLink {
 public:
  /// Listens on a free port of 127.0.0.1 and passes each connection on to `server_port`, each way `one_way` later.
  SlowLink(std::uint16_t server_port, std::chrono::milliseconds one_way);
  /// Ends every connection.
  ~SlowLink();
  SlowLink(const SlowLink&) = delete;
  SlowLink& operator=(const SlowLink&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void accept_all();

  std::uint16_t server_port_;
  std::chrono::milliseconds one_way_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> over_{false};
  std::vector<std::thread> workers_;  // the acceptor's, until it has ended
  std::thread acceptor_;
};

}  // namespace poller::support
