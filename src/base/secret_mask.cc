#include "base/secret_mask.h"

namespace poller {

void SecretMask::hide(Secret secret) {
  if (secret.size() >= 4) hidden_.push_back(std::move(secret));
}

std::string SecretMask::masked(std::string text) const {
  for (const auto& secret : hidden_) {
    for (auto at = text.find(secret.reveal()); at != std::string::npos; at = text.find(secret.reveal(), at)) {
      text.replace(at, secret.size(), "****");
    }
  }
  return text;
}

}  // namespace poller
