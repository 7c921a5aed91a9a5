// A vault whose key is being changed: whichever of the two keys one has, the other is found, sealed with it, in a file
// beside the entries. So every entry can be read at every moment of a rekey, also of one that was interrupted.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/secret.h"

namespace poller::oauth {

struct VaultKey {
  Secret bytes;  // the key proper
  std::string id;
};

struct KeyRotation {
  VaultKey other;
  bool other_is_new = false;
};

/// Nothing when no rekey is under way, or `mine` is neither of its keys. A file that does not open counts as none: the
/// entries then speak for themselves.
std::optional<KeyRotation> find_rotation(const std::filesystem::path& folder, const VaultKey& mine);

/// Throws Error(storage).
void begin_rotation(const std::filesystem::path& folder, const VaultKey& before, const VaultKey& after);
void end_rotation(const std::filesystem::path& folder);

}  // namespace poller::oauth
