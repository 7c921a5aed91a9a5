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

/// `forward_subject`: header blocks and separators begin a forwarded mail then.
/// What the HTML tells counts where it tells of an earlier line than the text does.
QuoteSplit split_quote(const QuoteLines& lines, bool forward_subject, const QuoteHints& hints);

}  // namespace poller
