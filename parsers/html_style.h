// As much CSS as a plain rendering needs: what is hidden, what keeps its blanks, which paragraphs have no margin.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace poller {

/// What the declarations of a style attribute, or of a rule, say.
struct HtmlStyle {
  std::optional<bool> no_display;    // display:none, or another display
  bool important_display = false;    // with !important
  bool hidden = false;               // the other ways to show nothing; mso-hide is none but in Word
  std::optional<bool> tiny_font;     // font-size of 0 or 1 px; inherited until another size is set
  std::optional<bool> preformatted;  // white-space:pre, pre-wrap, pre-line; inherited likewise
  bool block = false;                // display:block and the like
  bool no_margin_above = false;
  bool no_margin_below = false;
  bool pixel = false;  // a width or height of at most 1 px
};

HtmlStyle read_html_style(std::string_view declarations);

/// The rules of style elements, outside of @media and the like: classes and ids that are hidden, paragraphs without
/// margins.
class HtmlStyleSheet {
 public:
  void read(std::string_view css);
  enum class Display { shown, none, certainly_none };  // the last: with !important
  /// `element`: its name; `classes` as in a class attribute.
  [[nodiscard]] Display display_of(std::string_view element, std::string_view classes, std::string_view id) const;
  [[nodiscard]] bool tight_paragraphs() const noexcept { return tight_paragraphs_; }

 private:
  void read_rule(std::string_view selectors, std::string_view declarations);
  void set_display(std::string_view selector, const HtmlStyle& style);

  std::unordered_map<std::string, Display> displays_;  // of ".class", "td.class", "#id", lower case: once hidden ones
  bool tight_paragraphs_ = false;
};

}  // namespace poller
