// The address of a link as a reader wants to see it.
#pragma once

#include <string>
#include <string_view>

namespace poller {

/// What to show of `href` (decoded) beside the link's visible `text`, or empty when it says nothing new or leads
/// nowhere (same address, javascript:, an anchor within the mail). Microsoft's Safe Links are shown as the address they
/// wrap.
std::string shown_link_address(std::string_view href, std::string_view text);

}  // namespace poller
