#include "oauth/open_vault.h"

#include "base/error.h"
#include "config/secrets.h"

namespace poller::oauth {

std::unique_ptr<Vault> open_vault(const config::Config& config) {
  if (config.vault_path.empty() || !config.vault_key) {
    throw Error(ErrorKind::configuration, "the configuration names no vault for refresh tokens",
                "Add vault: {path: var/tokens, key: {file: PATH}}; any long random text does as the key, for instance "
                "from `openssl rand -base64 32`.");
  }
  const Secret key = config::resolve_secret(config.vault_key);
  if (key.empty()) {
    throw Error(ErrorKind::configuration, "the vault's key is empty",
                "Put a long random text where vault.key points, for instance from `openssl rand -base64 32`.");
  }
  return std::make_unique<Vault>(config.vault_path, key);
}

}  // namespace poller::oauth
