// HTML to text for people: paragraphs, lists, links with their addresses and tables stay readable; scripts, styles,
// hidden text, preheaders and tracking pixels go. A linear tokenizer, no tree.
#pragma once

#include <string>
#include <string_view>

namespace poller {

/// `html` is valid UTF-8. Line ends in the result are "\n"; no line has trailing blanks; at most one blank line in a
/// row.
std::string html_to_text(std::string_view html);

}  // namespace poller
