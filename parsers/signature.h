// Signatures, as far as they can be told from what somebody wrote: behind "-- ", and the lines that clients add.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "parsers/quote_lines.h"

namespace poller {

/// Whether a line is one that a client adds: "Sent from my iPhone", "Get Outlook for Android", in many languages.
bool is_client_line(std::string_view line);

/// Whether a line says good-bye ("Regards,"), in many languages.
bool is_sign_off(std::string_view line);

/// The line in [first, last) at which the signature begins, or `last` when there is none. Rules and client lines at the
/// end count as signature.
std::size_t find_signature(const QuoteLines& lines, std::size_t first, std::size_t last);

/// The line in the signature [first, last) with which a paragraph "PS: ..." begins, which is new text again; `last`
/// where there is none.
std::size_t find_postscript(const QuoteLines& lines, std::size_t first, std::size_t last);

}  // namespace poller
