#include "scripted_browser.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "oauth/http.h"
#include "tests/support/net.h"

namespace poller::oauth {

std::string parameter(const std::string& url, const std::string& name) {
  const auto at = url.find("&" + name + "=");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 2;
  return url_decode(std::string_view(url).substr(from, url.find('&', from) - from));
}

std::string come_back(const std::string& url, const std::string& more) {
  const std::string redirect = parameter(url, "redirect_uri");
  const auto port = static_cast<std::uint16_t>(std::stoi(redirect.substr(redirect.rfind(':') + 1)));
  const int fd = support::connect_to(port);
  const std::string request = fmt::format("GET /?state={}&code=4%2F0abc{} HTTP/1.1\r\nHost: localhost:{}\r\n\r\n",
                                          parameter(url, "state"), more, port);
  CHECK(::send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0);
  std::string page;
  std::array<char, 4096> piece{};
  for (ssize_t n = 0; (n = ::recv(fd, piece.data(), piece.size(), 0)) > 0;) {
    page.append(piece.data(), static_cast<std::size_t>(n));
  }
  ::close(fd);
  return page;
}

}  // namespace poller::oauth
