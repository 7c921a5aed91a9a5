// A proxy on loopback between a client and a test server, which can spoil what passes. It ends TLS on the client's side
// where it is given a certificate, so that it sees (and can write) plain protocol.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "test_ca.h"

namespace poller::support {

/// How a connection goes on after a piece of traffic.
enum class Fate {
  go_on,
  close,  // orderly end, to both sides, after what was still to be written
  reset,  // TCP reset to the client
  stall,  // stays open, passes nothing on any more
};

/// What a filter makes of a piece of traffic.
struct Passage {
  std::string to_client;
  std::string to_server;
  Fate fate = Fate::go_on;
  std::size_t slice = 0;               // > 0: written in pieces of so many bytes,
  std::chrono::milliseconds pause{0};  // with this before each
};

/// One connection's traffic, seen and changed. Called from that connection's thread alone.
class Filter {
 public:
  virtual ~Filter() = default;
  virtual Passage from_client(std::string_view bytes) { return {{}, std::string(bytes)}; }
  virtual Passage from_server(std::string_view bytes) { return {std::string(bytes), {}}; }
};

/// Makes the filter of connection number n (from 0).
using FilterMaker = std::function<std::unique_ptr<Filter>(int connection)>;

struct ProxyOptions {
  std::uint16_t server_port = 0;
  std::optional<Certificate> tls;  // talk TLS with the client
  bool server_tls = false;         // talk TLS with the server (its certificate is not looked at)
};

class Proxy {
 public:
  Proxy(const ProxyOptions& options, FilterMaker maker);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }  // so far

 private:
  void accept_all();

  ProxyOptions options_;
  FilterMaker maker_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<bool> over_{false};
  std::vector<std::thread> workers_;  // the acceptor's, until it has ended
  std::thread acceptor_;
};

}  // namespace poller::support
