// Splits an mbox file (RFC 4155, mboxo and mboxrd) into its mails.
#pragma once

#include <string_view>
#include <vector>

namespace poller {

/// Each mail's bytes, "From " line included, ">From " quoting left as it stands.
std::vector<std::string_view> split_mbox(std::string_view file);

}  // namespace poller
