// Where an earlier mail begins in a plain-text body: attribution lines, header blocks, separators.
#pragma once

#include <cstddef>
#include <optional>

#include "parsers/quote_lines.h"

namespace poller {

struct QuoteMarker {
  enum class Kind {
    attribution,   // "On ..., X wrote:"
    header_block,  // From: / Sent: / To: / Subject:
    separator,     // -----Original Message-----
    forward,       // ---------- Forwarded message ---------
  } kind = Kind::attribution;
  std::size_t first = 0;  // line; rules directly above belong to it
  std::size_t last = 0;   // line behind the marker
};

/// The first marker at or behind line `from`, quoted lines left out. `answer`: the mail answers or forwards another by
/// its header; one that does not must show more of a marker. Linear in the text: after many lines that only
/// look like attributions the rest is not searched for them.
std::optional<QuoteMarker> find_quote_marker(const QuoteLines& lines, std::size_t from, bool answer);

/// What a line inside a quote (given without its marks) introduces: an attribution, a separator, a forwarded mail.
std::optional<QuoteMarker::Kind> quoted_mail_begins(std::string_view line);

}  // namespace poller
