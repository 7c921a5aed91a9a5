// The sockets of loopback.h: bound to 127.0.0.1 and ::1 alone, and the answer that goes back over them.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/steps.h"
#include "oauth/loopback.h"
#include "oauth/loopback_socket.h"
#include "oauth/result_page.h"

namespace poller::oauth {
namespace {

constexpr int kBacklog = 16;
constexpr timeval kSendTimeout{2, 0};

OpenSocket listen_on(int family, std::uint16_t port) {
  OpenSocket socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return socket;
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_storage address{};
  socklen_t length = sizeof(sockaddr_in);
  if (family == AF_INET) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(address);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    v6.sin6_addr = in6addr_loopback;
    length = sizeof(sockaddr_in6);
    ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  const bool listening =
      ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), length) == 0 && ::listen(socket.get(), kBacklog) == 0;
  if (!listening) {
    const int why = errno;
    socket = OpenSocket();
    errno = why;
  }
  return socket;
}

std::uint16_t port_of(const OpenSocket& socket) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  return ntohs(address.sin_port);
}

}  // namespace

OpenSocket& OpenSocket::operator=(OpenSocket&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

OpenSocket::~OpenSocket() {
  if (fd_ >= 0) ::close(fd_);
}

int OpenSocket::release() noexcept { return std::exchange(fd_, -1); }

LoopbackListener::LoopbackListener(const LoopbackRedirect& redirect, std::uint16_t wish)
    : path_(redirect.path.empty() ? "/" : redirect.path) {
  const std::uint16_t wanted = wish != 0 ? wish : redirect.port;
  constexpr int kTries = 50;
  for (int i = 0; i < kTries; ++i) {
    v4_ = listen_on(AF_INET, wanted);
    if (!v4_) break;
    port_ = port_of(v4_);
    v6_ = listen_on(AF_INET6, port_);
    const bool taken = !v6_ && errno == EADDRINUSE;
    if (!taken) return;  // both, or a machine without IPv6
    if (wanted != 0) break;
  }
  const int why = errno;
  if (wanted == 0) {
    throw Error(ErrorKind::ours, fmt::format("cannot listen on loopback: {}", std::strerror(why)));
  }
  throw Error(ErrorKind::configuration, fmt::format("cannot listen on port {}: {}", wanted, std::strerror(why)),
              "Take another port, or none: with http://localhost as redirect a free one is found.");
}

void answer_browser(int fd, const char* status, const std::string& page) noexcept {
  try {
    const std::string answer = fmt::format(
        "HTTP/1.1 {}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n"
        "X-Frame-Options: DENY\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\r\n{}",
        status, page.size(), page);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &kSendTimeout, sizeof kSendTimeout);
    step("browser answer");
    std::string_view rest = answer;
    while (!rest.empty()) {
      const ssize_t n = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
    ::shutdown(fd, SHUT_WR);
  } catch (...) {
    return;  // out of memory for a page: the terminal says the same
  }
}

void WaitingBrowser::show(bool good, const std::string& heading, const std::string& text) noexcept {
  if (!socket_) return;
  answer_browser(socket_.get(), good ? "200 OK" : "400 Bad Request", result_page(good, heading, text));
  socket_ = OpenSocket();
}

}  // namespace poller::oauth
