// The vault of a configuration.
#pragma once

#include <memory>
#include <string>

#include "config/config.h"
#include "oauth/vault.h"

namespace poller::oauth {

/// Reads the key; touches no file of the vault. Throws Error(configuration) when the configuration names no vault or no
/// key, or the key cannot be read.
std::unique_ptr<Vault> open_vault(const config::Config& config);

/// What to do where the key of entries that exist is not to be found; it names their mailboxes. Empty when there are
/// none, for then any new key will do.
std::string advice_for_lost_key(const config::Config& config);

/// For a command that gives up root's rights before it looks into the vault: reads the key while it can.
void read_vault_key_as_root(const config::Config& config) noexcept;

}  // namespace poller::oauth
