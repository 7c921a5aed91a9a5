// The address a sign-in ends on: how it is built, and what it says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace poller::oauth {

/// A registered loopback redirect taken apart ("http://localhost", "http://127.0.0.1:8400/done").
struct LoopbackRedirect {
  std::string host;        // as written
  std::uint16_t port = 0;  // 0: a free one (Entra and RFC 8252 section 7.3 ignore the port of a loopback redirect)
  std::string path;        // as written, may be empty

  /// Throws Error(configuration) when it is no http address on loopback.
  static LoopbackRedirect parse(std::string_view url);
  /// The redirect_uri with that port: the same bytes in both requests of the flow.
  [[nodiscard]] std::string with_port(std::uint16_t bound) const;
};

/// What the provider sent the browser back with (RFC 6749 sections 4.1.2 and 4.1.2.1).
struct RedirectAnswer {
  Secret code;
  std::string error;
  std::string error_description;
  std::string state;
};

/// From the query part of an address. Nothing when it holds neither a code nor an error, or a parameter twice.
std::optional<RedirectAnswer> read_redirect_query(std::string_view query);

/// From what a person pasted: the whole address, or what follows its "?". Quotes and blanks around it are let pass.
std::optional<RedirectAnswer> read_pasted_address(std::string_view line);

}  // namespace poller::oauth
