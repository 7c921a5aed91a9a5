#include "threading/key_ring.h"

#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "lib/openssl/digest.h"

namespace poller {
namespace {

constexpr std::size_t kMacDigits = 24;  // 96 bits; RFC 2104 section 5 asks for no less than 80
constexpr std::size_t kLeastKeyBytes = 32;

std::string ring_mac(const Secret& key, std::string_view text) {
  return text::hex(hmac_sha256(key, text)).substr(0, kMacDigits);
}

}  // namespace

KeyRing::KeyRing(std::vector<Secret> keys) : keys_(std::move(keys)) {
  if (keys_.empty()) throw Error(ErrorKind::corrupt, "no key to sign Message-IDs with");
  for (const auto& key : keys_) {
    if (key.reveal().size() < kLeastKeyBytes) throw Error(ErrorKind::corrupt, "a key for Message-IDs is too short");
  }
}

std::string KeyRing::sign(std::string_view text) const { return ring_mac(keys_.back(), text); }

bool KeyRing::verify(std::string_view text, std::string_view mac) const {
  bool found = false;
  for (const auto& key : keys_) found = equal_in_constant_time(ring_mac(key, text), mac) || found;
  return found;
}

}  // namespace poller
