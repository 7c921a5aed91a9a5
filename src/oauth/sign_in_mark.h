// Whether somebody has signed in since, without opening the vault.
#pragma once

#include <string>

#include "config/config.h"

namespace poller::oauth {

/// Another text once the mailbox's entry in the vault was written anew: by a sign-in, a sign-out, or a refresh. Empty
/// without an entry, or for a mailbox without tokens. Never throws.
std::string sign_in_mark(const config::Config& config, const config::Mailbox& mailbox) noexcept;

}  // namespace poller::oauth
