// Secrets that must not be repeated.
#pragma once

#include <string>
#include <vector>

#include "base/secret.h"

namespace poller {

/// Words that must never be shown as they are: a server may repeat what we sent.
class SecretMask {
 public:
  /// One that is shorter than four bytes would only spoil the text.
  void hide(Secret secret);
  [[nodiscard]] std::string masked(std::string text) const;

 private:
  std::vector<Secret> hidden_;
};

}  // namespace poller
