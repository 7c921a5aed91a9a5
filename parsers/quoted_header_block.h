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

/// The field that a line begins with, none when it does not look like one. `value` is what follows the colon, or
/// stands in the table cell behind the label.
QuotedField read_quoted_field(std::string_view line, std::string_view& value);

/// The block that begins with line `i`. `answer`: the mail answers or forwards another, so that a block is likely. In
/// another mail the fields may be those of a web form or a fax, so that more proof is needed. Quoted lines are read
/// without their marks where `i` itself is quoted.
std::optional<QuotedHeaderBlock> read_quoted_header_block(const QuoteLines& lines, std::size_t i, bool answer = true);

/// Whether line `i` may be the "To" of the head that Lotus Notes 6 to 8 writes, with labels on lines of their own:
/// "Ann Lee <ann@example.com>", "03/03/2026 10:15 AM", "To", "Bo", "cc", "Subject", "Printer".
bool may_be_notes_head(const QuoteLines& lines, std::size_t i);

/// That head, where it has its "To" at `i`.
std::optional<QuotedHeaderBlock> read_notes_head(const QuoteLines& lines, std::size_t i, bool answer);

}  // namespace poller
