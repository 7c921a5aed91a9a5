// Which lines of a plain-text body are new.
#pragma once

#include <cstddef>
#include <vector>

#include "parsers/quote_hints.h"
#include "parsers/quote_lines.h"

namespace poller {

/// Lines [first, last).
struct LineRange {
  std::size_t first = 0;
  std::size_t last = 0;
};

struct QuoteSplit {
  std::vector<LineRange> kept;  // in order; one, or two where a quote between them was taken off
  bool forwarded = false;       // ends with a forwarded mail: no signature is looked for behind its start
  bool found = false;           // a quote was found, also where it is kept
};

/// What the header says of the mail.
struct QuoteSigns {
  bool forward = false;  // header blocks and separators begin a forwarded mail
  bool answer = true;    // it answers or forwards, or nothing is known
};

/// What the HTML tells counts where it tells of an earlier line than the text does.
QuoteSplit split_quote(const QuoteLines& lines, const QuoteSigns& signs, const QuoteHints& hints);

/// Whether the quoted lines [first, behind), which no client marked as a quote, are an earlier mail: an attribution
/// stands above or is their first line, or a header block.
bool is_attributed_quote(const QuoteLines& lines, std::size_t first, bool answer);

}  // namespace poller
