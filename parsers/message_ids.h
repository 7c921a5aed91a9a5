// Message-ID, In-Reply-To, References (RFC 5322 section 3.6.4).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace poller {

/// The ids in the order they stand, without angle brackets; prose between them is skipped.
std::vector<std::string> parse_message_ids(std::string_view value);

}  // namespace poller
