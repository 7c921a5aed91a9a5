#include "service/listen.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/error.h"

namespace poller {
namespace {

constexpr int kBacklog = 64;

[[noreturn]] void cannot_listen(const std::string& where, const std::string& why) {
  throw Error(ErrorKind::configuration, fmt::format("cannot listen on {}: {}", where, why),
              "Choose another address or port in http.listen, or stop the program that has it.");
}

bool has_listener(const sockaddr_un& address) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool there = fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (fd >= 0) ::close(fd);
  return there;
}

int listen_unix(const std::string& where, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) cannot_listen(where, "the path is too long for a socket");
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  struct stat st {};
  if (::lstat(path.c_str(), &st) == 0) {
    if (!S_ISSOCK(st.st_mode)) cannot_listen(where, "there is a file that is no socket");
    if (has_listener(address)) cannot_listen(where, "another process listens there");
    ::unlink(path.c_str());
  }
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod(path.c_str(), 0660) != 0 || ::listen(fd, kBacklog) != 0) {
    const std::string why = std::strerror(errno);
    if (fd >= 0) ::close(fd);
    cannot_listen(where, why);
  }
  return fd;
}

int listen_tcp(const std::string& where) {
  const auto colon = where.rfind(':');
  if (colon == std::string::npos) cannot_listen(where, "no port");
  std::string host = where.substr(0, colon);
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(host.c_str(), where.c_str() + colon + 1, &hints, &found);
  if (code != 0) cannot_listen(where, ::gai_strerror(code));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  std::string why = "no address";
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    const int fd = ::socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
    if (fd < 0) continue;
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(fd, a->ai_addr, a->ai_addrlen) == 0 && ::listen(fd, kBacklog) == 0) return fd;
    why = std::strerror(errno);
    ::close(fd);
  }
  cannot_listen(where, why);
}

}  // namespace

int listen_at(const std::string& where) {
  return where.rfind("unix:", 0) == 0 ? listen_unix(where, where.substr(5)) : listen_tcp(where);
}

}  // namespace poller
