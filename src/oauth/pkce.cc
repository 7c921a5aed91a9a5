#include "oauth/pkce.h"

#include "base/text.h"
#include "lib/openssl/digest.h"
#include "lib/openssl/random.h"

namespace poller::oauth {

Pkce make_pkce() {
  constexpr std::size_t kVerifierBytes = 32;
  Pkce pkce;
  pkce.verifier = Secret(text::base64url(random_bytes(kVerifierBytes)));
  pkce.challenge = text::base64url(sha256(pkce.verifier.reveal()));
  return pkce;
}

std::string random_state() {
  constexpr std::size_t kStateBytes = 16;
  return text::base64url(random_bytes(kStateBytes));
}

}  // namespace poller::oauth
