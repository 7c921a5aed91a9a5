// What was asked against what was granted.
#pragma once

#include <string>
#include <vector>

namespace poller::oauth {

/// Of `asked`, those that `granted` does not hold. Compared by their last part ("IMAP.AccessAsUser.All"), for providers
/// write hosts in several ways, without regard to case; offline_access and OpenID's own scopes are not looked for, for
/// answers leave them out. An empty `granted` means "as asked" (RFC 6749 section 5.1).
std::vector<std::string> missing_scopes(const std::vector<std::string>& asked, const std::vector<std::string>& granted);

/// "reading mail", "sending mail" or both, as far as the names of the scopes tell; else empty.
std::string access_of(const std::vector<std::string>& scopes);

/// Their names, each with what will not work: "SMTP.Send (sending mail will be refused)".
std::string what_fails_without(const std::vector<std::string>& missing);

/// One sentence on what will not work and what to do, or empty when nothing is missing.
std::string explain_missing(const std::vector<std::string>& missing);

/// The same, where `asked` is what the sign-in asked for: what it did not ask for wants a new sign-in and nothing else.
std::string explain_missing(const std::vector<std::string>& missing, const std::vector<std::string>& asked);

}  // namespace poller::oauth
