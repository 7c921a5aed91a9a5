#include "parsers/html_look.h"

#include "base/text.h"
#include "parsers/html_entities.h"

namespace poller {

HtmlMark::Kind HtmlNamed::mark_of(std::string_view tag) const {
  return html_mark_kind(tag, {classes, id, name, type, css});
}

void HtmlNamed::take(const HtmlAttribute& a) {
  if (text::iequals(a.name, "class"))
    classes = decode_entities(a.value);
  else if (text::iequals(a.name, "id"))
    id = decode_entities(a.value);
  else if (text::iequals(a.name, "name"))
    name = a.value;
  else if (text::iequals(a.name, "type"))
    type = a.value;
  else if (text::iequals(a.name, "style"))
    css = a.value;
}

HtmlLook::HtmlLook(const HtmlToken& token) : element(token.name) {
  for (const HtmlAttribute& a : token.attributes) {
    take(a);
    hidden = hidden || text::iequals(a.name, "hidden");
    if (text::iequals(a.name, "style")) style = read_html_style(decode_entities(a.value));
  }
}

}  // namespace poller
