// format=flowed (RFC 3676).
#pragma once

#include <string>
#include <string_view>

namespace poller {

/// Joins flowed lines, removes space-stuffing, keeps quote depths apart and the signature separator whole.
/// Line ends may be CRLF or LF; the result has "\n".
std::string unflow(std::string_view text, bool delsp);

}  // namespace poller
