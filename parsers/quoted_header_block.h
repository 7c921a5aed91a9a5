// Header blocks that clients write above a quoted mail: "From: ... Sent: ... To: ... Subject: ...", in all languages.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "parsers/quote_lines.h"
#include "parsers/quote_phrases.h"

namespace poller {

/// Lines [first, last) that are one block.
struct QuotedHeaderBlock {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// The field that a line begins with, none when it does not look like one. `value` is what follows the colon.
QuotedField read_quoted_field(std::string_view line, std::string_view& value);

/// The block that begins with line `i`. `after_separator`: a separator above says that one is due, so less proof is
/// needed. Quoted lines are read without their marks where `i` itself is quoted.
std::optional<QuotedHeaderBlock> read_quoted_header_block(const QuoteLines& lines, std::size_t i,
                                                          bool after_separator = false);

}  // namespace poller
