// libcurl's result codes as our Error, with the cause named and what to do about it.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "lib/curl/handshake.h"

namespace poller::curl {

/// Who was spoken to, for messages; and under which keys of the configuration it stands, for advice: "server", "smtp"
/// or "oauth".
struct Peer {
  std::string host;
  std::uint16_t port = 0;
  std::string keys = "server";
  [[nodiscard]] std::string name() const { return host + ":" + std::to_string(port); }
};

/// Whether it was the proxy that failed, and not the server behind it.
bool is_proxy_failure(CURLcode code, std::string_view message);

/// Whether another try at once meets the same: the certificate was refused, or the proxy wants a name and password.
bool is_lasting(CURLcode code, std::string_view message, const Handshake& seen);

/// `message` is libcurl's own (CURLOPT_ERRORBUFFER), `seen` what the handshake showed.
/// Kinds: unreachable (DNS, refused, time-out, proxy, TLS, certificate), temporary (the connection broke),
/// configuration (unusable CA file or proxy), ours.
Error failure(CURLcode code, const Peer& peer, std::string_view message, const Handshake& seen);

}  // namespace poller::curl
