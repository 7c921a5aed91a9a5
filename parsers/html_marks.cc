#include "parsers/html_marks.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/text.h"

namespace poller {

namespace {

using Kind = HtmlMark::Kind;
using MarkName = std::pair<std::string_view, Kind>;

// Class names, each with the client that writes it.
constexpr std::array kMarkClasses = {
    MarkName{"gmail_quote", Kind::quote},  // only on a blockquote: the div of that class also holds answers
    MarkName{"gmail_attr", Kind::attribution},
    MarkName{"gmail_signature", Kind::signature},
    MarkName{"gmail_signature_prefix", Kind::signature},
    MarkName{"moz-cite-prefix", Kind::attribution},  // Thunderbird
    MarkName{"moz-email-headers-table", Kind::forward},
    MarkName{"moz-forward-container", Kind::forward},
    MarkName{"moz-signature", Kind::signature},
    MarkName{"yahoo_quoted", Kind::quote},
    MarkName{"ms-outlook-mobile-reference-message", Kind::quote_after},
    MarkName{"protonmail_quote", Kind::quote},
    MarkName{"protonmail_signature_block", Kind::signature},
    MarkName{"tutanota_quote", Kind::quote},
    MarkName{"zmail_extra", Kind::quote},  // Zoho
    MarkName{"zmail_signature_below", Kind::signature},
    MarkName{"nylas-quote", Kind::quote},  // Mailspring
    MarkName{"front-signature", Kind::signature},
    MarkName{"front-blockquote", Kind::quote},
    MarkName{"freshdesk_quote", Kind::quote},
    MarkName{"mail-quote-collapse", Kind::quote},  // mail.ru
    MarkName{"mailru-blockquote", Kind::quote},
    MarkName{"airmail_ext_on", Kind::attribution},
    MarkName{"bloop_sign", Kind::signature},  // Airmail
    MarkName{"cite", Kind::quote},            // eM Client, only on a blockquote
};

constexpr std::array kMarkIds = {
    MarkName{"divrplyfwdmsg", Kind::quote_after},  // Outlook on the web
    MarkName{"appendonsend", Kind::quote_after},
    MarkName{"mail-editor-reference-message-container", Kind::quote},  // Outlook for Windows, new
    MarkName{"ms-outlook-mobile-signature", Kind::signature},
    MarkName{"olk_src_body_section", Kind::quote},  // Outlook for Mac
    MarkName{"reply-intro", Kind::attribution},     // Roundcube
    MarkName{"isreplycontent", Kind::quote},        // NetEase
    MarkName{"signature", Kind::signature},         // Outlook on the web
    MarkName{"applemailsignature", Kind::signature},
    MarkName{"zm-_id_-sgn", Kind::signature},  // Zoho
};

constexpr std::array kMarkNames = {
    MarkName{"quote", Kind::quote},                // GMX, web.de, mail.com
    MarkName{"messagereplysection", Kind::quote},  // Spark
    MarkName{"messagesignaturesection", Kind::signature},
};

constexpr std::size_t kLongestMarkName = 48;

template <std::size_t N>
Kind look_up(const std::array<MarkName, N>& table, std::string_view word) {
  if (word.size() > kLongestMarkName) return Kind::none;
  const auto it =
      std::find_if(table.begin(), table.end(), [&](const MarkName& entry) { return text::iequals(entry.first, word); });
  return it == table.end() ? Kind::none : it->second;
}

Kind kind_of_classes(std::string_view tag, std::string_view classes) {
  for (std::size_t at = 0; at < classes.size();) {
    const std::size_t end = std::min(classes.find_first_of(" \t\r\n", at), classes.size());
    const std::string_view word = classes.substr(at, end - at);
    // Yahoo puts letters of its own before the names: "ydp5f6ea27byahoo_quoted".
    const Kind kind = text::iends_with(word, "yahoo_quoted") ? Kind::quote : look_up(kMarkClasses, word);
    const bool blockquote_only = word == "cite" || text::iequals(word, "gmail_quote");
    if (kind != Kind::none && (!blockquote_only || tag == "blockquote")) return kind;
    at = end + 1;
  }
  return Kind::none;
}

/// Without blanks, in lower case.
std::string squeeze_style(std::string_view style) {
  constexpr std::size_t kLongestStyle = 512;
  std::string out;
  for (const char c : style.substr(0, kLongestStyle))
    if (!text::is_space(c)) out += text::lower(c);
  return out;
}

/// The line that Outlook and Windows Mail draw above the header block of a quoted mail.
bool is_outlook_line(std::string_view style) {
  if (!text::icontains(style.substr(0, 512), "border-top")) return false;
  const std::string s = squeeze_style(style);
  return s.find("border:none;border-top:solid#b5c4df1.0pt;padding:3.0pt0") != std::string::npos ||
         s.find("border:none;border-top:solid#e1e1e11.0pt;padding:3.0pt0") != std::string::npos ||
         s.find("border-top-color:rgb(229,229,229);border-top-width:1px;border-top-style:solid") != std::string::npos;
}

/// A blockquote that no client's name is on. A bar beside it is what clients draw beside quotes; without one it may be
/// text that its writer set in.
Kind kind_of_blockquote(std::string_view style) {
  return text::icontains(style.substr(0, 512), "border-left") ? Kind::none : Kind::indent;
}

}  // namespace

HtmlMark::Kind html_mark_kind(std::string_view tag, const HtmlNaming& naming) {
  if (tag == "blockquote" && text::iequals(naming.type, "cite")) return Kind::quote;
  if (!naming.classes.empty()) {
    const Kind kind = kind_of_classes(tag, naming.classes.substr(0, 512));
    if (kind != Kind::none) return kind;
  }
  if (!naming.id.empty()) {
    if (text::istarts_with(naming.id, "bloop_sign")) return Kind::signature;
    const Kind kind = look_up(kMarkIds, naming.id);
    if (kind != Kind::none) return kind;
  }
  if (!naming.name.empty() && tag != "a") {
    const Kind kind = look_up(kMarkNames, naming.name);
    if (kind != Kind::none) return kind;
  }
  if (tag == "div" && !naming.style.empty() && is_outlook_line(naming.style)) return Kind::quote_after;
  return tag == "blockquote" ? kind_of_blockquote(naming.style) : Kind::none;
}

}  // namespace poller
