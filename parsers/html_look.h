// The attributes of an HTML element that say what it is and how it looks.
#pragma once

#include <string>
#include <string_view>

#include "parsers/html_marks.h"
#include "parsers/html_style.h"
#include "parsers/html_tokenizer.h"

namespace poller {

/// The attributes by which clients mark what an element is.
struct HtmlNamed {
  std::string classes, id;
  std::string_view name, type, css;  // as they stand
  void take(const HtmlAttribute& a);
  [[nodiscard]] HtmlMark::Kind mark_of(std::string_view tag) const;
};

/// The attributes that matter, read in one pass.
struct HtmlLook : HtmlNamed {
  explicit HtmlLook(const HtmlToken& token);
  std::string_view element;  // its name
  HtmlStyle style;
  bool hidden = false;
};

}  // namespace poller
