#include "oauth/vault_modes.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "base/log.h"
#include "oauth/account.h"

namespace poller::oauth {
namespace {

constexpr mode_t kOthersReadOrWrite = S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;

void look_at(const std::filesystem::path& path, const char* what, const char* right, std::vector<OpenToOthers>& out) {
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0 || S_ISLNK(st.st_mode) || (st.st_mode & kOthersReadOrWrite) == 0) return;
  out.push_back({fmt::format("{} {} is open to others (mode {:04o})", what, path.string(), st.st_mode & 07777U),
                 fmt::format("Run: chmod {} {}", right, path.string())});
}

}  // namespace

std::vector<OpenToOthers> open_to_others(const config::Config& config) {
  std::vector<OpenToOthers> out;
  const std::vector<Account> accounts = accounts_of(config);
  if (config.vault_path.empty() || accounts.empty()) return out;
  look_at(config.vault_path, "the vault's folder", "700", out);
  for (const Account& account : accounts) {
    look_at(config.vault_path / account.id.file_name(), "the vault entry", "600", out);
  }
  return out;
}

void warn_of_open_vault(const config::Config& config) {
  for (const OpenToOthers& open : open_to_others(config)) log::warning(open.text, {{"advice", open.advice}});
}

}  // namespace poller::oauth
