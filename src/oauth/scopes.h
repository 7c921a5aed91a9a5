// What was asked against what was granted.
#pragma once

#include <string>
#include <vector>

namespace poller::oauth {

/// Of `asked`, those that `granted` does not hold. Compared by their last part ("IMAP.AccessAsUser.All"), for providers
/// write hosts in several ways, without regard to case; offline_access and OpenID's own scopes are not looked for, for
/// answers leave them out. An empty `granted` means "as asked" (RFC 6749 section 5.1).
std::vector<std::string> missing_scopes(const std::vector<std::string>& asked, const std::vector<std::string>& granted);

/// One sentence on what will not work and what to do, or empty when nothing is missing.
std::string explain_missing(const std::vector<std::string>& missing);

}  // namespace poller::oauth
