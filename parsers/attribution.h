// Attribution lines: "On Tue, 3 Mar 2026 at 10:15, Ann Lee <ann@example.com> wrote:", in all languages, wrapped or not.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "parsers/quote_lines.h"

namespace poller {

/// Lines [first, last) that are one attribution.
struct Attribution {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Whether line `i` can be the last of an attribution; a cheap test before read_attribution().
bool may_end_attribution(std::string_view line);

/// What is known of the mail already: the more, the less has to be in the line itself.
enum class AttributionDue {
  unknown,
  answer,        // the mail answers another
  before_quote,  // a quote follows
};

/// The attribution that ends with line `i`, not reaching above line `from`. A line with ">" below counts as a quote
/// that follows.
std::optional<Attribution> read_attribution(const QuoteLines& lines, std::size_t i, std::size_t from,
                                            AttributionDue due = AttributionDue::unknown);

/// An attribution whose address stands on lines of its own, so that the last of them, "> wrote:", looks like a quote.
std::optional<Attribution> read_torn_attribution(const QuoteLines& lines, std::size_t i, std::size_t from);

/// Whether one line, by itself, is an attribution.
bool is_attribution_line(std::string_view line);

}  // namespace poller
