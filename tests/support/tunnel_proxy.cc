#include "tunnel_proxy.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "base/text.h"
#include "net.h"

namespace poller::support {
namespace {

constexpr int kLook = 20;  // ms between looks at whether the proxy is over

bool write_whole(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string read_exactly(int fd, std::size_t count) {
  std::string out(count, '\0');
  for (std::size_t have = 0; have < count;) {
    const ssize_t n = ::recv(fd, out.data() + have, count - have, 0);
    if (n <= 0) return {};
    have += static_cast<std::size_t>(n);
  }
  return out;
}

// A request's head, byte by byte, so that nothing of what follows is taken.
std::string read_head(int fd) {
  std::string head;
  char c = 0;
  while (head.size() < 8192 && head.find("\r\n\r\n") == std::string::npos && ::recv(fd, &c, 1, 0) == 1) head += c;
  return head;
}

// Passes on what comes from one to the other; false at the end.
bool pass_on(int from, int to) {
  std::array<char, 16384> piece{};
  const ssize_t n = ::recv(from, piece.data(), piece.size(), 0);
  return n > 0 && write_whole(to, {piece.data(), static_cast<std::size_t>(n)});
}

}  // namespace

TunnelProxy::TunnelProxy() : listener_(listen_on(0)), port_(port_of(listener_)) {
  acceptor_ = std::thread([this] { accept_all(); });
}

TunnelProxy::~TunnelProxy() {
  over_ = true;
  acceptor_.join();
  for (auto& worker : workers_) worker.join();
  ::close(listener_);
}

std::vector<std::string> TunnelProxy::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

void TunnelProxy::want(const std::string& credentials) {
  const std::lock_guard lock(mutex_);
  wanted_ = credentials;
}

void TunnelProxy::accept_all() {
  while (!over_) {
    pollfd fd{listener_, POLLIN, 0};
    if (::poll(&fd, 1, kLook) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) workers_.emplace_back([this, client] { serve(client); });
  }
}

int TunnelProxy::reach(const std::string& host, std::uint16_t port) {
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(host + ":" + std::to_string(port));
  }
  return connect_to(port);  // whatever the name: all test servers are on loopback
}

int TunnelProxy::connect_by_http(int client) {
  const std::string head = read_head(client);
  const auto words = text::split(std::string_view(head).substr(0, head.find("\r\n")), ' ');
  std::string wanted;
  {
    const std::lock_guard lock(mutex_);
    wanted = wanted_;
  }
  const bool known = wanted.empty() || head.find("Basic " + text::base64(wanted) + "\r\n") != std::string::npos;
  if (words.size() != 3 || words[0] != "CONNECT" || refuses_ || !known) {
    write_whole(client, known ? "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
                              : "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic "
                                "realm=\"p\"\r\nContent-Length: 0\r\n\r\n");
    return -1;
  }
  const std::string target(words[1]);
  const auto colon = target.rfind(':');
  const int server = reach(target.substr(0, colon), static_cast<std::uint16_t>(std::stoi(target.substr(colon + 1))));
  write_whole(client, server >= 0 ? "HTTP/1.1 200 Connection established\r\n\r\n"
                                  : "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
  return server;
}

int TunnelProxy::connect_by_socks(int client) {
  const std::string hello = read_exactly(client, 2);
  if (hello.size() != 2) return -1;
  read_exactly(client, static_cast<unsigned char>(hello[1]));
  write_whole(client, std::string("\x05\x00", 2));
  const std::string request = read_exactly(client, 4);
  if (request.size() != 4) return -1;
  std::string host;
  if (request[3] == 3) {
    host = read_exactly(client, static_cast<unsigned char>(read_exactly(client, 1)[0]));
  } else {
    read_exactly(client, request[3] == 1 ? 4 : 16);
    host = "address";
  }
  const std::string port = read_exactly(client, 2);
  const int server = reach(
      host, static_cast<std::uint16_t>(static_cast<unsigned char>(port[0]) << 8 | static_cast<unsigned char>(port[1])));
  write_whole(client, std::string(server >= 0 ? "\x05\x00\x00\x01\0\0\0\0\0\0" : "\x05\x05\x00\x01\0\0\0\0\0\0", 10));
  return server;
}

void TunnelProxy::serve(int client) {
  const timeval patience{10, 0};
  ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char first = 0;
  const bool spoke = ::recv(client, &first, 1, MSG_PEEK) == 1;
  const int server = !spoke ? -1 : first == 5 ? connect_by_socks(client) : connect_by_http(client);
  bool lives = server >= 0;
  while (lives && !over_) {
    std::array<pollfd, 2> fds{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), kLook) <= 0) continue;
    if (fds[0].revents != 0) lives = pass_on(client, server);
    if (lives && fds[1].revents != 0) lives = pass_on(server, client);
  }
  if (server >= 0) ::close(server);
  ::close(client);
}

}  // namespace poller::support
