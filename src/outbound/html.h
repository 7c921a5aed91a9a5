// HTML that we write or quote.
#pragma once

#include <string>
#include <string_view>

namespace poller::outbound {

/// & < > " ' as entities, control characters but TAB and line ends gone.
std::string html_escaped(std::string_view text);
/// Plain text as HTML: escaped, line ends as <br>.
std::string html_from_text(std::string_view text);
/// HTML as plain text.
std::string text_from_html(std::string_view html);

}  // namespace poller::outbound
