// Where a provider answers: from authority and tenant as Entra builds its addresses, or from an OpenID provider's
// discovery document (OpenID Connect Discovery 1.0, RFC 8414).
#pragma once

#include <string>

#include "config/config.h"
#include "oauth/http.h"

namespace poller::oauth {

struct Endpoints {
  std::string authorize;
  std::string token;
  std::string device;  // empty where the provider has no device flow
};

/// Asks the provider only when `discovery` is set. Throws Error: configuration when the settings or the document do not
/// do (another scheme than https: or, on a loopback address, http:), else what Http throws.
Endpoints find_endpoints(const config::OAuth& settings, Http& http);

/// Whether a secret may be sent there: https, or http on a loopback address.
bool safe_to_talk_to(std::string_view url) noexcept;

/// Whether it is an address of Entra's, in whichever cloud.
bool is_entra(std::string_view url);

/// The host of a URL, for messages: without user, port and path.
std::string host_of(std::string_view url);

}  // namespace poller::oauth
