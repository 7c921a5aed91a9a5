// Where clients say in their HTML what they quoted, forwarded or signed with.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace poller {

struct HtmlMark {
  enum class Kind {
    none,
    quote,        // the element holds (a part of) an earlier mail
    quote_after,  // all that follows the element's start is an earlier mail
    attribution,  // "On ... wrote:" above a quote
    forward,      // the element holds a forwarded mail
    signature,
    indent,  // a blockquote that says nothing: set in by its writer, or a quote
  } kind = Kind::none;
  std::size_t begin = 0;  // bytes of rendered text before the element
  std::size_t end = 0;    // and up to its end
  int depth = 0;          // marks that are open around it
};

/// The attributes by which clients mark what an element is.
struct HtmlNaming {
  std::string_view classes, id, name, type, style;
};

/// What an element's attributes say. `tag` is its name in lower case.
HtmlMark::Kind html_mark_kind(std::string_view tag, const HtmlNaming& naming);

}  // namespace poller
