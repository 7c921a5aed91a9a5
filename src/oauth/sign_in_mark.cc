#include "oauth/sign_in_mark.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "oauth/account.h"

namespace poller::oauth {

std::string sign_in_mark(const config::Config& config, const config::Mailbox& mailbox) noexcept {
  try {
    if (!config::needs_token(mailbox)) return {};
    const auto file = config.vault_path / account_id(mailbox).file_name();
    struct stat st {};
    if (::stat(file.c_str(), &st) != 0) return {};
    return fmt::format("{} {}.{}", st.st_ino, st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace poller::oauth
