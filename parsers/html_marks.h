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
  } kind = Kind::none;
  std::size_t begin = 0;  // bytes of rendered text before the element
  std::size_t end = 0;    // and up to its end
  int depth = 0;          // marks that are open around it
};

/// What an element's attributes say. `name` is the name attribute, `tag` the element's name in lower case.
HtmlMark::Kind html_mark_kind(std::string_view tag, std::string_view classes, std::string_view id,
                              std::string_view name, std::string_view type);

}  // namespace poller
