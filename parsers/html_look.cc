#include "parsers/html_look.h"

#include "base/text.h"
#include "parsers/html_entities.h"

namespace poller {

HtmlMark::Kind HtmlNaming::mark_of(std::string_view tag) const { return html_mark_kind(tag, classes, id, name, type); }

void HtmlNaming::take(const HtmlAttribute& a) {
  if (text::iequals(a.name, "class"))
    classes = decode_entities(a.value);
  else if (text::iequals(a.name, "id"))
    id = decode_entities(a.value);
  else if (text::iequals(a.name, "name"))
    name = a.value;
  else if (text::iequals(a.name, "type"))
    type = a.value;
}

HtmlLook::HtmlLook(const HtmlToken& token) : element(token.name) {
  for (const HtmlAttribute& a : token.attributes) {
    if (text::iequals(a.name, "style"))
      style = read_html_style(decode_entities(a.value));
    else if (text::iequals(a.name, "hidden"))
      hidden = true;
    else
      take(a);
  }
}

}  // namespace poller
