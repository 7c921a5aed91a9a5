// As much CSS as a plain rendering needs: what is hidden, what keeps its blanks, which paragraphs have no margin.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace poller {

/// What the declarations of a style attribute, or of a rule, say.
struct HtmlStyle {
  bool hidden = false;               // display:none and the other ways to show nothing
  bool mso_hidden = false;           // mso-hide:all: hidden in Outlook alone
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
  /// `classes` as in a class attribute.
  [[nodiscard]] bool hides(std::string_view classes, std::string_view id) const;
  [[nodiscard]] bool tight_paragraphs() const noexcept { return tight_paragraphs_; }

 private:
  void read_rule(std::string_view selectors, std::string_view declarations);

  std::unordered_set<std::string> hidden_;  // ".class" and "#id", lower case
  bool tight_paragraphs_ = false;
};

}  // namespace poller
