// format=flowed (RFC 3676).
#pragma once

#include <string>
#include <string_view>

namespace poller {

/// Joins flowed lines, removes space-stuffing, keeps quote depths apart and the signature separator whole.
/// Line ends may be CRLF, LF or CR; the result has "\n". Quoted lines come as one ">" a depth, a blank, and their text.
/// `delsp`: the blank that marks a soft line break belongs to the mark, not to the text (DelSp=yes).
std::string unflow(std::string_view text, bool delsp);

}  // namespace poller
