#include "parsers/html_tags.h"

#include <algorithm>
#include <array>
#include <utility>

namespace poller {

namespace {

using Entry = std::pair<std::string_view, HtmlTag>;

// Sorted by name.
constexpr std::array kHtmlTags = {
    Entry{"a", HtmlTag::a},
    Entry{"address", HtmlTag::div},
    Entry{"area", HtmlTag::void_element},
    Entry{"article", HtmlTag::div},
    Entry{"aside", HtmlTag::div},
    Entry{"b", HtmlTag::formatting},
    Entry{"base", HtmlTag::void_element},
    Entry{"basefont", HtmlTag::void_element},
    Entry{"bgsound", HtmlTag::void_element},
    Entry{"big", HtmlTag::formatting},
    Entry{"blockquote", HtmlTag::blockquote},
    Entry{"body", HtmlTag::body},
    Entry{"br", HtmlTag::br},
    Entry{"caption", HtmlTag::caption},
    Entry{"center", HtmlTag::div},
    Entry{"code", HtmlTag::formatting},
    Entry{"col", HtmlTag::void_element},
    Entry{"datalist", HtmlTag::dropped},
    Entry{"dd", HtmlTag::dd},
    Entry{"details", HtmlTag::div},
    Entry{"dir", HtmlTag::ul},
    Entry{"div", HtmlTag::div},
    Entry{"dl", HtmlTag::dl},
    Entry{"dt", HtmlTag::dt},
    Entry{"em", HtmlTag::formatting},
    Entry{"embed", HtmlTag::void_element},
    Entry{"fieldset", HtmlTag::form_block},
    Entry{"figcaption", HtmlTag::div},
    Entry{"figure", HtmlTag::div},
    Entry{"font", HtmlTag::formatting},
    Entry{"footer", HtmlTag::div},
    Entry{"form", HtmlTag::form_block},
    Entry{"frame", HtmlTag::void_element},
    Entry{"h1", HtmlTag::heading},
    Entry{"h2", HtmlTag::heading},
    Entry{"h3", HtmlTag::heading},
    Entry{"h4", HtmlTag::heading},
    Entry{"h5", HtmlTag::heading},
    Entry{"h6", HtmlTag::heading},
    Entry{"header", HtmlTag::div},
    Entry{"hgroup", HtmlTag::div},
    Entry{"hr", HtmlTag::hr},
    Entry{"html", HtmlTag::html},
    Entry{"i", HtmlTag::formatting},
    Entry{"img", HtmlTag::img},
    Entry{"input", HtmlTag::void_element},
    Entry{"keygen", HtmlTag::void_element},
    Entry{"legend", HtmlTag::div},
    Entry{"li", HtmlTag::li},
    Entry{"link", HtmlTag::void_element},
    Entry{"listing", HtmlTag::pre},
    Entry{"main", HtmlTag::div},
    Entry{"menu", HtmlTag::ul},
    Entry{"meta", HtmlTag::void_element},
    Entry{"nav", HtmlTag::div},
    Entry{"noembed", HtmlTag::dropped},
    Entry{"noframes", HtmlTag::dropped},
    Entry{"ol", HtmlTag::ol},
    Entry{"optgroup", HtmlTag::option},
    Entry{"option", HtmlTag::option},
    Entry{"p", HtmlTag::p},
    Entry{"param", HtmlTag::void_element},
    Entry{"pre", HtmlTag::pre},
    Entry{"s", HtmlTag::formatting},
    Entry{"script", HtmlTag::dropped},
    Entry{"section", HtmlTag::div},
    Entry{"select", HtmlTag::select},
    Entry{"small", HtmlTag::formatting},
    Entry{"source", HtmlTag::void_element},
    Entry{"span", HtmlTag::formatting},
    Entry{"strike", HtmlTag::formatting},
    Entry{"strong", HtmlTag::formatting},
    Entry{"style", HtmlTag::style},
    Entry{"summary", HtmlTag::div},
    Entry{"svg", HtmlTag::dropped},
    Entry{"table", HtmlTag::table},
    Entry{"tbody", HtmlTag::tbody},
    Entry{"td", HtmlTag::td},
    Entry{"template", HtmlTag::dropped},
    Entry{"tfoot", HtmlTag::tbody},
    Entry{"th", HtmlTag::th},
    Entry{"thead", HtmlTag::tbody},
    Entry{"title", HtmlTag::dropped},
    Entry{"tr", HtmlTag::tr},
    Entry{"track", HtmlTag::void_element},
    Entry{"tt", HtmlTag::formatting},
    Entry{"u", HtmlTag::formatting},
    Entry{"ul", HtmlTag::ul},
    Entry{"wbr", HtmlTag::wbr},
    Entry{"xmp", HtmlTag::pre},
};

}  // namespace

HtmlTag html_tag(std::string_view name) noexcept {
  const auto it = std::lower_bound(kHtmlTags.begin(), kHtmlTags.end(), name,
                                   [](const Entry& entry, std::string_view key) { return entry.first < key; });
  return it != kHtmlTags.end() && it->first == name ? it->second : HtmlTag::unknown;
}

}  // namespace poller
