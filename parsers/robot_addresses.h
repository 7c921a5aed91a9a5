// Addresses that nobody reads, or that must not be answered by a machine (RFC 3834 section 2).
#pragma once

#include <string_view>

namespace poller {

/// noreply@, do-not-reply@, nicht-antworten@, bounces+x@, owner-list@, …
bool is_robot_address(std::string_view address);

/// mailer-daemon@, postmaster@ and the like: never answered, whatever Reply-To says.
bool is_system_sender(std::string_view address);

}  // namespace poller
