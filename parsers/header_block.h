// A header block (RFC 5322 section 2.2) line by line, whatever is in it.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "model/mail.h"
#include "parsers/defects.h"

namespace poller {

struct HeaderBlock {
  std::vector<Field> fields;  // unfolded, blanks at both ends taken off, without NUL
  std::size_t body = 0;       // where the body starts; the position of the boundary line where one ended the block
};

/// Reads the block that starts at `pos`. It ends after an empty line, before a line for which `is_boundary` is true, or
/// where a line that is no field is followed by none that is. Other such lines are skipped.
HeaderBlock read_header_block(std::string_view raw, std::size_t pos, const ParseLimits& limits,
                              const std::function<bool(std::size_t)>& is_boundary, Defects& defects);

/// The length of the field name at the start of `line`, a ":" after it (blanks between allowed); 0 when there is none.
std::size_t field_name_length(std::string_view line) noexcept;

/// "From " or ">From ": the separator line of mbox files. "From :" is a field.
bool is_mbox_line(std::string_view line) noexcept;

}  // namespace poller
