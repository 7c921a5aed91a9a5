// Whether somebody has signed in since, or replaced the app's secret, without opening either.
#pragma once

#include <string>

#include "config/config.h"

namespace poller::oauth {

/// Another text once the mailbox's entry in the vault was written anew (by a sign-in, a sign-out, or a refresh), or the
/// file of its client secret or certificate was. Empty for a mailbox without tokens. Never throws.
std::string sign_in_mark(const config::Config& config, const config::Mailbox& mailbox) noexcept;

}  // namespace poller::oauth
