// Loopback sockets for the test servers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace poller::support {

/// A port on 127.0.0.1 that nothing listens on now, outside the range that the kernel hands out by itself. Somebody
/// else may still take it first: who listens must be ready to ask again.
std::uint16_t free_port();

/// A listening socket on 127.0.0.1; port 0 takes any. Throws std::runtime_error.
int listen_on(std::uint16_t port);
std::uint16_t port_of(int socket);

/// Connects to 127.0.0.1; -1 when nobody answers.
int connect_to(std::uint16_t port);

struct HttpAnswer {
  int status = 0;
  std::string body;
};

/// One request to a test server's control address (HTTP/1.1, answers with a length or until the end). Throws.
HttpAnswer http_request(std::uint16_t port, std::string_view method, std::string_view path, std::string_view body = {},
                        std::string_view content_type = "application/json");

}  // namespace poller::support
