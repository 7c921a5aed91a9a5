// The decision record that is stored with each mail and printed by `poller explain`: written, and the questions that
// are asked of a stored one.
#pragma once

#include <string>
#include <string_view>

#include "model/placement.h"

namespace poller {

/// {"outcome", "is_new_ticket", "kind", "queue", "trust": {…}, "reasons": […]}
std::string decision_json(const Placement& placement);

/// Of a record that decision_json() wrote: the mail opened its ticket; a rule hit it. Nothing in a mail can make a
/// record say so, because strings in it are escaped.
bool says_new_ticket(std::string_view decision);
bool says_rule(std::string_view decision);
/// Likewise: the mail joined its ticket though its sender is unknown to it.
bool says_flagged(std::string_view decision);

/// Likewise: its sender failed authentication.
bool says_failed(std::string_view decision);

/// Whether the reason is a signal as it was weighed ("reference:<a@x> -> T-1 …"), not what came of it.
bool is_about_signal(const std::string& reason);

}  // namespace poller
