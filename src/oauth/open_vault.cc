#include "oauth/open_vault.h"

#include <unistd.h>

#include <mutex>

#include "base/error.h"
#include "config/secrets.h"

namespace poller::oauth {
namespace {

// Root's reading of the key outlasts root: a process that has become the vault's owner since opens the vault again for
// a status or a warning, and that owner need not be able to read the key.
class KeyOfRoot {
 public:
  Secret read(const config::SecretRef& ref) {
    const std::lock_guard lock(mutex_);
    try {
      Secret key = config::resolve_secret(ref);
      if (::geteuid() == 0) {
        key_ = key;
        name_ = ref.name;
      }
      return key;
    } catch (const Error&) {
      if (key_.empty() || name_ != ref.name || ::geteuid() == 0) throw;
      return key_;
    }
  }

 private:
  std::mutex mutex_;
  std::string name_;
  Secret key_;
};

}  // namespace

std::unique_ptr<Vault> open_vault(const config::Config& config) {
  if (config.vault_path.empty() || !config.vault_key) {
    throw Error(ErrorKind::configuration, "the configuration names no vault for refresh tokens",
                "Add vault: {path: var/tokens, key: {file: PATH}}; any long random text does as the key, for instance "
                "from `openssl rand -base64 32`.");
  }
  static KeyOfRoot reader;
  const Secret key = reader.read(config.vault_key);
  if (key.empty()) {
    throw Error(ErrorKind::configuration, "the vault's key is empty",
                "Put a long random text where vault.key points, for instance from `openssl rand -base64 32`.");
  }
  return std::make_unique<Vault>(config.vault_path, key);
}

void read_vault_key_as_root(const config::Config& config) noexcept {
  if (::geteuid() != 0 || config.vault_path.empty() || !config.vault_key) return;
  try {
    open_vault(config);
  } catch (const std::exception&) {  // whoever needs it will say so
  }
}

}  // namespace poller::oauth
