// Mail of mailing lists (RFC 2369, 2919, and the fields of older list managers).
#pragma once

#include <optional>
#include <string>

#include "model/mail.h"

namespace poller {

/// The sign that a mail came by a list, e.g. "header:list-id"; nothing when there is none. List-Unsubscribe alone is no
/// list: newsletters and shops put it into every mail.
std::optional<std::string> find_list_sign(const Mail& mail);

}  // namespace poller
