// Whether others on this machine can read or change what is in the vault.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"

namespace poller::oauth {

struct OpenToOthers {
  std::string text;    // what is open
  std::string advice;  // the command that closes it
};

/// The vault's folder and its accounts' entries, where the group or others may read or write them. The entries are
/// sealed, so nobody is kept from working by that. What cannot be looked at is not complained of.
std::vector<OpenToOthers> open_to_others(const config::Config& config);

/// Each of them as a warning in the log.
void warn_of_open_vault(const config::Config& config);

}  // namespace poller::oauth
