#include "outbound/html.h"

#include "base/text.h"
#include "parsers/html_text.h"

namespace poller::outbound {

std::string html_escaped(std::string_view given) {
  std::string out;
  out.reserve(given.size() + 16);
  for (const char c : given) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r') out += c;
    }
  }
  return out;
}

std::string html_from_text(std::string_view given) {
  const std::string escaped = html_escaped(given);
  std::string out;
  for (const char c : escaped) {
    if (c == '\r') continue;
    out += c == '\n' ? std::string("<br>\n") : std::string(1, c);
  }
  return out;
}

std::string text_from_html(std::string_view html) { return html_to_text(html); }

}  // namespace poller::outbound
