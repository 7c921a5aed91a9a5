// Where the HTML of a mail says that its plain text quotes, forwards and signs.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "parsers/quote_lines.h"

namespace poller {

struct QuoteHints {
  struct Quote {
    std::size_t first = 0;   // line
    std::size_t behind = 0;  // the line behind it
    bool forward = false;    // a forwarded mail
    bool several = false;    // more quotes follow, with text between: interleaved
  };
  std::optional<Quote> quote;  // the first one
  /// Blockquotes that no client marked, outside of quotes: what the sender set in, or a quote of a plain client.
  std::vector<Quote> indented;
  std::optional<std::size_t> signature;  // the line it begins with
  std::size_t signature_behind = 0;      // the line behind it
};

/// `lines` are those of `text`, the body as plain text: `html` rendered, or the other half of a multipart/alternative,
/// which then is found by its letters.
QuoteHints read_quote_hints(const QuoteLines& lines, std::string_view text, std::string_view html);

}  // namespace poller
