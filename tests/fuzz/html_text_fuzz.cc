// HTML to text keeps the promises of parsers/html_text.h on any input.
#include <cstdint>
#include <string>

#include "base/text.h"
#include "parsers/html_render.h"
#include "parsers/html_text.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string html = poller::text::to_valid_utf8({reinterpret_cast<const char*>(data), size});
  const poller::HtmlRendering rendering = poller::render_html(html);
  const std::string& text = rendering.text;
  require(text == poller::html_to_text(html), "one rendering");
  require(poller::text::is_utf8(text), "valid UTF-8");
  require(text.find(" \n") == std::string::npos, "no trailing blanks");
  require(text.find("\n\n\n") == std::string::npos, "at most one blank line in a row");
  require(text.empty() || (text.back() != ' ' && text.back() != '\n'), "nothing blank at the end");
  for (const poller::HtmlMark& mark : rendering.marks)
    require(mark.begin <= mark.end && mark.end <= text.size(), "marks lie in the text");
  return 0;
}
