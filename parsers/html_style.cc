#include "parsers/html_style.h"

#include <algorithm>

#include "base/text.h"

namespace poller {

namespace {

constexpr std::size_t kMaxHiddenSelectors = 512;
constexpr std::size_t kMaxSelectorList = 4096;  // bytes of one rule's selectors that are read

/// A CSS length in pixels, roughly; nothing for words and percentages.
std::optional<double> css_pixels(std::string_view value) {
  double number = 0;
  double scale = 1;
  bool any = false;
  bool fraction = false;
  std::size_t i = 0;
  for (; i < value.size() && i < 12; ++i) {
    if (value[i] == '.' && !fraction) {
      fraction = true;
    } else if (text::is_digit(value[i])) {
      any = true;
      if (fraction) scale /= 10;
      number = fraction ? number + scale * (value[i] - '0') : number * 10 + (value[i] - '0');
    } else {
      break;
    }
  }
  if (!any) return std::nullopt;
  const std::string_view unit = text::trim(value.substr(i));
  if (number == 0 || unit.empty() || text::istarts_with(unit, "px")) return number;
  if (text::istarts_with(unit, "pt")) return number * 4 / 3;
  if (text::istarts_with(unit, "em") || text::istarts_with(unit, "rem")) return number * 16;
  return std::nullopt;
}

bool is_zero(std::string_view value) { return css_pixels(value) == 0.0; }

/// Whether the shorthand `margin` leaves no room above and below: "0", "0 auto", "0cm 0 0 36pt".
bool vertical_margin_is_zero(std::string_view value) {
  std::string_view sides[3];
  std::size_t count = 0;
  for (const std::string_view side : text::split(value.substr(0, 100), ' '))
    if (!side.empty() && count < 3) sides[count++] = side;
  if (count == 0 || !is_zero(sides[0])) return false;
  return count < 3 || is_zero(sides[2]);
}

struct Declarations {
  HtmlStyle style;
  bool clipped = false;  // overflow:hidden
  bool flat = false;     // no height
  bool moved = false;    // position, so that it may be moved out of sight
  bool away = false;     // by so much, or cut to nothing
};

void read_box(std::string_view name, std::string_view value, Declarations& d) {
  if (name == "overflow" || name == "overflow-y") d.clipped = d.clipped || text::istarts_with(value, "hidden");
  if (name == "max-height" || name == "height" || name == "max-width" || name == "width") {
    const std::optional<double> pixels = css_pixels(value);
    if (pixels && *pixels == 0 && name != "width") d.flat = true;
    if (pixels && *pixels <= 1) d.style.pixel = true;
  }
  if (name == "margin-top") d.style.no_margin_above = is_zero(value);
  if (name == "margin-bottom") d.style.no_margin_below = is_zero(value);
  if (name == "margin") d.style.no_margin_above = d.style.no_margin_below = vertical_margin_is_zero(value);
}

bool is_far_away(std::string_view value) {
  constexpr double kFar = 999;
  if (!value.starts_with('-')) return false;
  const std::optional<double> pixels = css_pixels(value.substr(1));
  return pixels && *pixels >= kFar;
}

void read_place(std::string_view name, std::string_view value, Declarations& d) {
  if (name == "position") d.moved = !text::istarts_with(value, "static");
  if (name == "left" || name == "top") d.away = d.away || is_far_away(value);
  if (name == "clip") d.away = d.away || text::istarts_with(value, "rect(0") || text::istarts_with(value, "rect(1px");
  if (name == "text-indent" && is_far_away(value)) d.style.hidden = true;
}

void read_display(std::string_view value, bool important, Declarations& d) {
  if (d.style.important_display && !important) return;
  d.style.no_display = text::istarts_with(value, "none");
  d.style.important_display = important;
}

void read_visibility(std::string_view name, std::string_view value, Declarations& d) {
  if (name == "display") {
    d.style.block = text::iequals(value, "block") || text::istarts_with(value, "flex") ||
                    text::istarts_with(value, "grid") || text::istarts_with(value, "table-row");
  } else if (name == "visibility") {
    if (text::istarts_with(value, "hidden") || text::istarts_with(value, "collapse")) d.style.hidden = true;
  } else if (name == "opacity") {
    if (is_zero(value)) d.style.hidden = true;
  }
}

void read_text_style(std::string_view name, std::string_view value, Declarations& d) {
  if (name == "font-size") {
    const std::optional<double> pixels = css_pixels(value);
    d.style.tiny_font = pixels && *pixels <= 1;
  } else if (name == "white-space") {
    d.style.preformatted = text::istarts_with(value, "pre");
  }
}

void read_declaration(std::string_view declaration, Declarations& d) {
  const std::size_t colon = declaration.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view raw_name = text::trim(declaration.substr(0, colon));
  if (raw_name.size() > 20) return;
  const std::string name = text::to_lower(raw_name);
  std::string_view value = text::trim(declaration.substr(colon + 1));
  const std::size_t mark = value.find('!');
  const bool important =
      mark != std::string_view::npos && text::istarts_with(text::trim(value.substr(mark + 1)), "imp");
  value = text::trim(value.substr(0, mark));
  if (name == "display") read_display(value, important, d);
  read_place(name, value, d);
  read_box(name, value, d);
  read_visibility(name, value, d);
  read_text_style(name, value, d);
}

}  // namespace

HtmlStyle read_html_style(std::string_view declarations) {
  Declarations d;
  while (!declarations.empty()) {
    const std::size_t end = declarations.find(';');
    read_declaration(declarations.substr(0, end), d);
    declarations.remove_prefix(end == std::string_view::npos ? declarations.size() : end + 1);
  }
  if ((d.clipped && d.flat) || (d.moved && d.away)) d.style.hidden = true;
  return d.style;
}

void HtmlStyleSheet::read(std::string_view css) {
  std::size_t at = 0;
  while (at < css.size()) {
    const std::size_t open = css.find('{', at);
    if (open == std::string_view::npos) return;
    std::string_view selectors = css.substr(at, open - at);
    selectors.remove_prefix(selectors.find_last_of("};") + 1);  // npos + 1 is 0
    const std::size_t comment = selectors.rfind("*/");
    if (comment != std::string_view::npos) selectors.remove_prefix(comment + 2);
    if (selectors.find('@') == std::string_view::npos) {
      const std::size_t close = std::min(css.find('}', open), css.size());
      read_rule(selectors.substr(0, kMaxSelectorList), css.substr(open + 1, close - open - 1));
      at = close + 1;
      continue;
    }
    // @media, @font-face: skipped with all that is nested in them.
    int depth = 1;
    for (at = open + 1; at < css.size() && depth > 0; ++at) depth += css[at] == '{' ? 1 : css[at] == '}' ? -1 : 0;
  }
}

void HtmlStyleSheet::read_rule(std::string_view selectors, std::string_view declarations) {
  const HtmlStyle style = read_html_style(declarations);
  const bool tight = style.no_margin_above && style.no_margin_below;
  if (!style.hidden && !style.no_display && !tight) return;
  for (std::string_view selector : text::split(selectors, ',')) {
    selector = text::trim(selector);
    if (tight && text::iequals(selector, "p")) tight_paragraphs_ = true;
    if ((!style.hidden && !style.no_display) || selector.find_first_of(" >+~:[\n\t") != std::string_view::npos)
      continue;
    const std::size_t mark = selector.find_first_of(".#");
    // Only "div.class", ".class" and "#id": a longer selector needs a tree to be matched.
    if (mark == std::string_view::npos || selector.find_first_of(".#", mark + 1) != std::string_view::npos) continue;
    set_display(selector, style);
  }
}

// Of rules for the same, the last wins. What was never hidden is not kept.
void HtmlStyleSheet::set_display(std::string_view selector, const HtmlStyle& style) {
  std::string key = text::to_lower(selector.starts_with('*') ? selector.substr(1) : selector);
  const bool none = style.hidden || style.no_display == true;
  const auto known = displays_.find(key);
  if (known == displays_.end()) {
    if (!none || displays_.size() >= kMaxHiddenSelectors) return;
    displays_.emplace(std::move(key), style.important_display ? Display::certainly_none : Display::none);
  } else if (known->second != Display::certainly_none || style.important_display) {
    known->second = !none ? Display::shown : style.important_display ? Display::certainly_none : Display::none;
  }
}

HtmlStyleSheet::Display HtmlStyleSheet::display_of(std::string_view element, std::string_view classes,
                                                   std::string_view id) const {
  Display out = Display::shown;
  if (displays_.empty()) return out;
  const std::string name = text::to_lower(element);
  const auto look_up = [&](const std::string& selector) {
    for (const std::string& key : {selector, name + selector}) {
      const auto found = displays_.find(key);
      if (found != displays_.end()) out = std::max(out, found->second);
    }
  };
  if (!id.empty()) look_up("#" + text::to_lower(id));
  for (std::size_t at = 0; at < classes.size();) {
    while (at < classes.size() && text::is_space(classes[at])) ++at;
    std::size_t end = at;
    while (end < classes.size() && !text::is_space(classes[end])) ++end;
    if (end > at) look_up("." + text::to_lower(classes.substr(at, end - at)));
    at = end;
  }
  return out;
}

}  // namespace poller
