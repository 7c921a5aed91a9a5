// Bytes encrypted and authenticated with AES-256-GCM (NIST SP 800-38D), and the key for it from a text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace poller {

struct Sealed {
  std::string nonce;  // 12 bytes, random for each sealing
  std::string bytes;  // as long as the plain text, and the 16 bytes of the tag after it
};

/// `key` has 32 bytes. `associated` is authenticated, not encrypted: open() wants the same again.
Sealed seal(const Secret& key, std::string_view plain, std::string_view associated);

/// Nothing when key, nonce, bytes or `associated` are not those of the sealing.
std::optional<Secret> open_sealed(const Secret& key, const Sealed& sealed, std::string_view associated);

/// A key of 32 bytes from a text of any length: scrypt (RFC 7914; N 16384, r 8, p 1: 16 MB and some 40 ms), because the
/// text may be one that a person thought of. `purpose` is the salt: keys for different purposes have nothing in common.
Secret derive_key(const Secret& text, std::string_view purpose);

}  // namespace poller
