#include "line_client.h"

#include <openssl/evp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

#include "../support/net.h"

namespace poller::support {

LineClient::LineClient(std::uint16_t port) : socket_(connect_to(port)) {
  if (socket_ < 0) throw std::runtime_error("cannot connect");
}

LineClient::~LineClient() { ::close(socket_); }

void LineClient::say(std::string_view line) {
  const auto text = std::string(line) + "\r\n";
  ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
}

std::string LineClient::until(std::string_view start) {
  for (;;) {
    for (std::size_t at = 0, end = 0; (end = unread_.find('\n', at)) != std::string::npos; at = end + 1) {
      if (!std::string_view(unread_).substr(at).starts_with(start)) continue;
      const auto text = unread_.substr(0, end + 1);
      unread_.erase(0, end + 1);
      return text;
    }
    pollfd fd{socket_, POLLIN, 0};
    std::array<char, 16384> buffer;
    const auto n = ::poll(&fd, 1, 10'000) == 1 ? ::recv(socket_, buffer.data(), buffer.size(), 0) : -1;
    if (n <= 0) {
      ended_ = n == 0 || errno == ECONNRESET;
      reset_ = n < 0 && errno == ECONNRESET;
      return unread_;
    }
    unread_.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

std::string xoauth2(const std::string& user, const std::string& token) {
  const auto text = "user=" + user + "\1auth=Bearer " + token + "\1\1";
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int n = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(n));
  return out;
}

}  // namespace poller::support
