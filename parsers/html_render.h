// HTML to text together with the places of what clients mark in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parsers/html_marks.h"

namespace poller {

struct HtmlRendering {
  std::string text;  // as html_to_text() gives it
  std::vector<HtmlMark> marks;
};

HtmlRendering render_html(std::string_view html);

/// False where render_html() would find no marks: known without laying out anything, at a fifth of its time.
bool has_html_marks(std::string_view html);

}  // namespace poller
