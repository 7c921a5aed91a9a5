// Proof Key for Code Exchange (RFC 7636), method S256.
#pragma once

#include <string>

#include "base/secret.h"

namespace poller::oauth {

struct Pkce {
  Secret verifier;        // 43 characters, 256 random bits
  std::string challenge;  // base64url(SHA-256(verifier))
};

Pkce make_pkce();

/// 128 random bits, as text that needs no encoding in an address.
std::string random_state();

}  // namespace poller::oauth
