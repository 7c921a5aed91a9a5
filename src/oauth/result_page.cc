#include "oauth/result_page.h"

#include <fmt/format.h>

#include "base/text.h"

namespace poller::oauth {

std::string html_escape(const std::string& s) {
  std::string out;
  out.reserve(s.size() + s.size() / 8);
  for (const char c : s) {
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
        out += c;
    }
  }
  return out;
}

std::string result_page(bool good, const std::string& heading, const std::string& text) {
  std::string paragraphs;
  for (const std::string_view line : text::split(text, '\n')) {
    paragraphs += "<p>" + html_escape(std::string(line)) + "</p>";
  }
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>poller: {0}</title>"
      "<meta name=\"viewport\" content=\"width=device-width\"><style>body{{font:17px/1.5 sans-serif;max-width:34em;"
      "margin:4em auto;padding:0 1em;color:#222}}h1{{font-size:1.3em;color:{1}}}</style></head>"
      "<body><h1>{0}</h1>{2}</body></html>\n",
      html_escape(heading), good ? "#176b2c" : "#a3201d", paragraphs);
}

}  // namespace poller::oauth
