// A proxy as networks have them: HTTP CONNECT (RFC 9110 section 9.3.6) and SOCKS 5 (RFC 1928) on one port.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace poller::support {

class TunnelProxy {
 public:
  TunnelProxy();
  ~TunnelProxy();
  TunnelProxy(const TunnelProxy&) = delete;
  TunnelProxy& operator=(const TunnelProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// "HOST:PORT" of every tunnel that was asked for, in order.
  [[nodiscard]] std::vector<std::string> asked() const;
  /// Answers 403 to every CONNECT from now on.
  void refuse(bool on) { refuses_ = on; }
  /// Wants these credentials ("user:password") in Proxy-Authorization; empty: none.
  void want(const std::string& credentials);

 private:
  void accept_all();
  void serve(int client);
  int connect_by_http(int client);
  int connect_by_socks(int client);
  int reach(const std::string& host, std::uint16_t port);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> over_{false};
  std::atomic<bool> refuses_{false};
  mutable std::mutex mutex_;  // guards asked_ and wanted_
  std::vector<std::string> asked_;
  std::string wanted_;
  std::vector<std::thread> workers_;  // the acceptor's, until it has ended
  std::thread acceptor_;
};

}  // namespace poller::support
