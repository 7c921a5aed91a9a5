#include "oauth/open_vault.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "config/secrets.h"
#include "oauth/account.h"

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

// There is no key, rather than one that cannot be had just now.
bool is_gone(const config::SecretRef& key, const Error& error) {
  std::error_code failed;
  if (key.source == config::SecretSource::file && !std::filesystem::exists(key.name, failed)) return !failed;
  return std::string_view(error.what()).ends_with("the secret is empty");
}

Secret read_key(const config::Config& config) {
  static KeyOfRoot reader;
  try {
    return reader.read(config.vault_key);
  } catch (const Error& error) {
    const std::string advice = is_gone(config.vault_key, error) ? advice_for_lost_key(config) : std::string();
    if (advice.empty()) throw;
    throw Error(error.kind(), error.what(), advice);
  }
}

}  // namespace

std::string advice_for_lost_key(const config::Config& config) {
  constexpr std::size_t kMostNames = 20;
  std::vector<std::string> names;
  for (const Account& account : accounts_of(config)) {
    if (!Vault::has(config.vault_path, account.id)) continue;
    names.insert(names.end(), account.mailboxes.begin(), account.mailboxes.end());
  }
  if (names.empty()) return {};
  if (names.size() > kMostNames) {
    const std::size_t more = names.size() - kMostNames;
    names.resize(kMostNames);
    names.push_back(fmt::format("and {} more", more));
  }
  return fmt::format(
      "The vault holds sign-ins that a new key does not open: bring the old key back from a backup. Only if it is lost "
      "for good, make a new one, then `poller logout NAME --all-mailboxes` and `poller login NAME` for one mailbox of "
      "each account; these are signed in now: {}.",
      fmt::join(names, ", "));
}

std::unique_ptr<Vault> open_vault(const config::Config& config) {
  if (config.vault_path.empty() || !config.vault_key) {
    const std::string lost = config.vault_path.empty() ? std::string() : advice_for_lost_key(config);
    throw Error(ErrorKind::configuration, "the configuration names no vault for refresh tokens",
                lost.empty() ? "Add vault: {path: var/tokens, key: {file: PATH}}; any long random text does as the "
                               "key, for instance from `openssl rand -base64 32`."
                             : lost);
  }
  return std::make_unique<Vault>(config.vault_path, read_key(config));
}

void read_vault_key_as_root(const config::Config& config) noexcept {
  if (::geteuid() != 0 || config.vault_path.empty() || !config.vault_key) return;
  try {
    open_vault(config);
  } catch (const std::exception&) {  // whoever needs it will say so
  }
}

}  // namespace poller::oauth
