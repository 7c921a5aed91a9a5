// The keys that sign our Message-IDs. Several are active, so that answers to older mail are known after a rotation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace poller {

/// Keys in the order in which they were made; the newest signs, every one verifies. The keys are any text.
class KeyRing {
 public:
  /// Throws Error (corrupt) without a key, or with one too short to be worth guarding (under 32 bytes).
  explicit KeyRing(std::vector<Secret> keys);

  /// 24 lower case hex digits (96 bits) of HMAC-SHA-256, by the newest key.
  [[nodiscard]] std::string sign(std::string_view text) const;
  /// Whether `mac` is that of `text` under any key. Takes as long whichever key fits, or none.
  [[nodiscard]] bool verify(std::string_view text, std::string_view mac) const;

 private:
  std::vector<Secret> keys_;
};

}  // namespace poller
