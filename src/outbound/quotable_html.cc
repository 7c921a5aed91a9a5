#include "outbound/quotable_html.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "outbound/html.h"
#include "parsers/html_tokenizer.h"

namespace poller::outbound {
namespace {

constexpr std::size_t kDeepest = 256;

using Names = std::string_view;  // words between blanks

bool is_one_of(Names names, std::string_view name) {
  for (std::size_t at = names.find(name); at != Names::npos; at = names.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if (!name.empty() && (at == 0 || names[at - 1] == ' ') && (end == names.size() || names[end] == ' ')) return true;
  }
  return false;
}

constexpr Names kKept =
    "a abbr b big blockquote br caption center cite code col colgroup dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i "
    "img ins kbd li ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var";
constexpr Names kWithoutEnd = "br col hr img";
constexpr Names kDroppedWhole =
    "applet embed frameset head iframe math noembed noscript object script style svg template title";
constexpr Names kAttributes =
    "align alt bgcolor border cellpadding cellspacing cite color colspan dir face height href lang rowspan size src "
    "start style title type valign width";
// Each can show a thing elsewhere than in its place, or load something.
constexpr std::array kUnfitStyles = {"position", "z-index", "url(",      "expression", "behavior",
                                     "binding",  "@import", "transform", "float",      "\\"};

bool is_fit_address(const std::string& value) {
  std::string bare;  // browsers overlook blanks and controls within
  for (const char c : value) {
    if (static_cast<unsigned char>(c) > ' ') bare += text::to_lower(std::string_view(&c, 1));
  }
  const auto colon = bare.find(':');
  if (colon == std::string::npos || bare.find_first_of("/?#") < colon) return true;
  const std::string_view scheme = std::string_view(bare).substr(0, colon);
  return is_one_of("http https mailto tel cid", scheme) || bare.starts_with("data:image/");
}

// Pulls a thing over what stands before it.
bool has_negative_margin(std::string_view style) {
  for (std::size_t at = text::ifind(style, "margin"); at != std::string_view::npos;
       at = text::ifind(style, "margin", at + 1)) {
    const std::string_view value = style.substr(at, style.find(';', at) - at);
    for (std::size_t minus = value.find('-'); minus != std::string_view::npos; minus = value.find('-', minus + 1)) {
      const char next = minus + 1 < value.size() ? value[minus + 1] : ' ';
      if (text::is_digit(next) || next == '.') return true;
    }
  }
  return false;
}

bool is_fit(const std::string& name, const std::string& value) {
  if (name == "href" || name == "src" || name == "cite") return is_fit_address(value);
  if (name != "style") return true;
  return !has_negative_margin(value) && std::none_of(kUnfitStyles.begin(), kUnfitStyles.end(),
                                                     [&](const char* word) { return text::icontains(value, word); });
}

class Quotation {
 public:
  std::string make(std::string_view html) {
    HtmlTokenizer tokens(html);
    for (HtmlToken token; tokens.next(token);) {
      if (!dropped_.empty()) {
        skip(token);
      } else if (token.kind == HtmlToken::Kind::text) {
        add_text(token);
      } else if (token.kind == HtmlToken::Kind::start_tag) {
        open(token);
      } else {
        close(token.name);
      }
    }
    while (!open_.empty()) close_last();
    return std::move(out_);
  }

 private:
  void skip(const HtmlToken& token) {
    if (token.kind == HtmlToken::Kind::text || token.name != dropped_) return;
    depth_ += token.kind == HtmlToken::Kind::start_tag ? 1 : -1;
    if (depth_ == 0) dropped_.clear();
  }

  // Entities stay as they are; a bare "<" is none.
  void add_text(const HtmlToken& token) {
    if (token.raw) return void(out_ += html_escaped(token.text));
    for (const char c : token.text) {
      if (c == '<') {
        out_ += "&lt;";
      } else if (c == '>') {
        out_ += "&gt;";
      } else {
        out_ += c;
      }
    }
  }

  void open(const HtmlToken& token) {
    if (is_one_of(kDroppedWhole, token.name)) {
      if (token.name == "embed") return;  // has no end
      dropped_ = token.name;
      depth_ = 1;
      return;
    }
    const bool has_end = !is_one_of(kWithoutEnd, token.name);
    if (!is_one_of(kKept, token.name) || (has_end && open_.size() >= kDeepest)) return;
    out_ += '<' + token.name;
    for (const auto& attribute : token.attributes) {
      const std::string name = text::to_lower(attribute.name);
      if (!is_one_of(kAttributes, name)) continue;
      const std::string value = token.attribute(name);
      if (is_fit(name, value)) out_ += ' ' + name + "=\"" + html_escaped(value) + '"';
    }
    out_ += '>';
    if (has_end) open_.push_back(token.name);
  }

  void close(const std::string& name) {
    if (std::find(open_.begin(), open_.end(), name) == open_.end()) return;
    while (open_.back() != name) close_last();
    close_last();
  }

  void close_last() {
    out_ += "</" + open_.back() + '>';
    open_.pop_back();
  }

  std::string out_;
  std::vector<std::string> open_;  // innermost last
  std::string dropped_;            // the element that is left out now
  int depth_ = 0;                  // of elements of its name
};

}  // namespace

std::string quotable_html(std::string_view html) { return Quotation().make(html); }

}  // namespace poller::outbound
