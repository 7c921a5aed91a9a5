// What a plain rendering has to know of each HTML element.
#pragma once

#include <cstdint>
#include <string_view>

namespace poller {

enum class HtmlTag : std::uint8_t {
  unknown,
  a,
  blockquote,
  body,
  br,
  caption,
  dd,
  div,
  dl,
  dropped,
  dt,
  form_block,
  formatting,
  heading,
  hr,
  html,
  img,
  li,
  ol,
  option,
  p,
  pre,
  select,
  style,
  table,
  tbody,
  td,
  th,
  tr,
  ul,
  void_element,
  wbr
};

/// `name` in lower case.
HtmlTag html_tag(std::string_view name) noexcept;

/// Has no content and no end tag.
constexpr bool is_void(HtmlTag tag) {
  return tag == HtmlTag::br || tag == HtmlTag::hr || tag == HtmlTag::img || tag == HtmlTag::wbr ||
         tag == HtmlTag::void_element;
}

/// Starts and ends a line.
constexpr bool is_block(HtmlTag tag) {
  switch (tag) {
    case HtmlTag::blockquote:
    case HtmlTag::body:
    case HtmlTag::caption:
    case HtmlTag::dd:
    case HtmlTag::div:
    case HtmlTag::dl:
    case HtmlTag::dt:
    case HtmlTag::form_block:
    case HtmlTag::heading:
    case HtmlTag::html:
    case HtmlTag::li:
    case HtmlTag::ol:
    case HtmlTag::option:
    case HtmlTag::p:
    case HtmlTag::pre:
    case HtmlTag::table:
    case HtmlTag::tbody:
    case HtmlTag::td:
    case HtmlTag::th:
    case HtmlTag::tr:
    case HtmlTag::ul:
      return true;
    default:
      return false;
  }
}

/// An end tag of something outside does not reach into these.
constexpr bool is_scope(HtmlTag tag) {
  return tag == HtmlTag::td || tag == HtmlTag::th || tag == HtmlTag::caption || tag == HtmlTag::table;
}

}  // namespace poller
