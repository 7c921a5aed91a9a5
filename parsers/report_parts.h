// The parts of reports (multipart/report, RFC 6522, and what stands in for it), read out of the raw mail.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/mail.h"

namespace poller {

/// The decoded bytes of a part, valid UTF-8, about `limit` of them at most.
std::string part_head(std::string_view raw, const Part& part, std::size_t limit);

/// The first value of a field in a header block (unfolded), or nothing. Names without regard to case. Works on blocks
/// that are indented or quoted with ">" as well.
std::optional<std::string> field_in_block(std::string_view block, std::string_view name);

/// A Message-ID out of a field value: without angle brackets, nothing when there is none.
std::optional<std::string> message_id_in(std::string_view value);

/// Takes the line that begins at `pos`, without its end, and moves on.
std::string_view take_line(std::string_view text, std::size_t& pos) noexcept;

}  // namespace poller
