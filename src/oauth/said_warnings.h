// Which warnings of an end that comes near were said already: once for each stage, whatever is restarted meanwhile.
#pragma once

#include <filesystem>
#include <vector>

#include "oauth/token_status.h"

namespace poller::oauth {

/// Those of `due` that were not said before; from now on they are. What is no longer due is forgotten, so that it is
/// said anew the next time. The memory is a small text file beside the vault's entries; one that cannot be read or
/// written makes a warning come once too often, never too seldom. Never throws.
std::vector<ExpiryWarning> take_unsaid(const std::filesystem::path& vault_folder,
                                       const std::vector<ExpiryWarning>& due) noexcept;

}  // namespace poller::oauth
