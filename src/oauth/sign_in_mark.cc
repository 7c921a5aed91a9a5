#include "oauth/sign_in_mark.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "oauth/account.h"

namespace poller::oauth {

namespace {

std::string mark_of_file(const std::filesystem::path& file) {
  struct stat st {};
  if (file.empty() || ::stat(file.c_str(), &st) != 0) return "-";
  return fmt::format("{} {}.{}", st.st_ino, st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

}  // namespace

std::string sign_in_mark(const config::Config& config, const config::Mailbox& mailbox) noexcept {
  try {
    if (!config::needs_token(mailbox)) return {};
    const config::SecretRef& secret = mailbox.oauth.client_secret;
    const bool in_file = secret.source == config::SecretSource::file;
    return fmt::format("{}, {}, {}", mark_of_file(config.vault_path / account_id(mailbox).file_name()),
                       mark_of_file(in_file ? secret.name : std::string()), mark_of_file(mailbox.oauth.certificate));
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace poller::oauth
