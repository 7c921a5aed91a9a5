// Waits on loopback for the browser that comes back from a sign-in (RFC 8252 section 7.3), or for its address pasted.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "oauth/redirect.h"

namespace poller::oauth {

/// A file descriptor that is closed when it goes.
class OpenSocket {
 public:
  explicit OpenSocket(int fd = -1) noexcept : fd_(fd) {}
  OpenSocket(OpenSocket&& other) noexcept : fd_(other.release()) {}
  OpenSocket& operator=(OpenSocket&& other) noexcept;
  ~OpenSocket();
  [[nodiscard]] int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  int release() noexcept;

 private:
  int fd_;
};

/// The browser that brought the answer, waiting for its page. Without one (the address was pasted) `show` does nothing.
class WaitingBrowser {
 public:
  WaitingBrowser() = default;
  explicit WaitingBrowser(OpenSocket socket) : socket_(std::move(socket)) {}
  /// Sends the page and closes; at most once. Failures are of no interest: the terminal says the same.
  void show(bool good, const std::string& heading, const std::string& text) noexcept;

 private:
  OpenSocket socket_;
};

struct Arrival {
  RedirectAnswer answer;
  WaitingBrowser browser;
};

/// Listens on 127.0.0.1 and, where there is IPv6, on ::1, on the same port: a browser may take either for "localhost".
class LoopbackListener {
 public:
  /// `wish` overrides the redirect's own port; where both are 0 a free one is taken. Throws Error(configuration) when a
  /// wished port is not free.
  explicit LoopbackListener(const LoopbackRedirect& redirect, std::uint16_t wish = 0);

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  struct Waiting {
    std::string state;  // what comes with another one is refused, and waiting goes on
    std::chrono::milliseconds timeout{0};
    int paste = -1;                               // a descriptor to read a pasted address from
    std::function<void(const char* why)> refuse;  // told when a pasted line is of no use
  };
  /// Nothing at the time-out. Whatever else knocks gets a refusal: other methods, hosts, paths, states, slow or endless
  /// requests.
  std::optional<Arrival> wait(const Waiting& waiting);

 private:
  OpenSocket v4_, v6_;
  std::uint16_t port_ = 0;
  std::string path_;
};

}  // namespace poller::oauth
