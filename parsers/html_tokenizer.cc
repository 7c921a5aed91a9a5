#include "parsers/html_tokenizer.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "parsers/html_entities.h"

namespace poller {

namespace {

constexpr std::size_t kMaxAttributes = 64;  // of one tag; the rest is skipped
constexpr std::size_t kMaxTagName = 64;     // bytes

constexpr std::array<std::string_view, 7> kRawTextTags = {"style",   "script",   "title", "textarea",
                                                          "noembed", "noframes", "xmp"};

bool is_raw_text_tag(std::string_view name) {
  return std::find(kRawTextTags.begin(), kRawTextTags.end(), name) != kRawTextTags.end();
}

constexpr bool ends_tag_name(char c) { return text::is_space(c) || c == '/' || c == '>'; }

}  // namespace

std::string HtmlToken::attribute(std::string_view wanted) const {
  for (const HtmlAttribute& a : attributes)
    if (text::iequals(a.name, wanted)) return decode_entities(a.value);
  return {};
}

bool HtmlToken::has_attribute(std::string_view wanted) const {
  return std::any_of(attributes.begin(), attributes.end(),
                     [&](const HtmlAttribute& a) { return text::iequals(a.name, wanted); });
}

bool HtmlTokenizer::next(HtmlToken& token) {
  token.text = {};
  token.raw = false;
  token.attributes.clear();
  if (in_raw_text_) {
    read_raw_text(token);
    if (!token.text.empty()) return true;
  }
  while (pos_ < html_.size()) {
    if (html_[pos_] == '<') {
      const std::size_t before = pos_;
      if (read_markup(token)) return true;
      if (pos_ != before) continue;
    }
    // A "<" that opens nothing is text; it goes with what follows it.
    std::size_t end = std::min(html_.find('<', pos_ + 1), html_.size());
    while (end + 1 < html_.size() && html_[end + 1] == '<') ++end;  // of many, only the last can open something
    token.kind = HtmlToken::Kind::text;
    token.text = html_.substr(pos_, end - pos_);
    pos_ = end;
    return true;
  }
  return false;
}

/// At "<". True with a token; false with nothing to hand out, and `pos_` unmoved when it is no markup.
bool HtmlTokenizer::read_markup(HtmlToken& token) {
  const char c = pos_ + 1 < html_.size() ? html_[pos_ + 1] : '\0';
  if (text::is_alpha(c)) {
    token.kind = HtmlToken::Kind::start_tag;
    return read_tag(token, pos_ + 1);
  }
  if (c == '/') {
    const char d = pos_ + 2 < html_.size() ? html_[pos_ + 2] : '\0';
    if (text::is_alpha(d)) {
      token.kind = HtmlToken::Kind::end_tag;
      return read_tag(token, pos_ + 2);
    }
    if (d == '>' || text::is_space(d)) skip_to_gt(pos_ + 2);
    return false;
  }
  if (c == '!') {
    if (html_.substr(pos_, 4) == "<!--") {
      skip_comment();
      return false;
    }
    if (html_.substr(pos_, 9) == "<![CDATA[") return read_cdata(token);
  }
  if (c == '!' || c == '?') skip_to_gt(pos_ + 2);
  return false;
}

bool HtmlTokenizer::read_tag(HtmlToken& token, std::size_t name_at) {
  std::size_t at = name_at;
  while (at < html_.size() && !ends_tag_name(html_[at])) ++at;
  token.name.assign(html_.substr(name_at, std::min(at - name_at, kMaxTagName)));
  std::transform(token.name.begin(), token.name.end(), token.name.begin(), text::lower);
  std::size_t end = quotes_unbalanced_ ? std::string_view::npos : read_attributes(at, token);
  if (end == std::string_view::npos) {
    // Some quote never closes. The tag then ends at the first ">", as its writer meant; from here on all tags do, or
    // hostile input would be read to its end again and again.
    quotes_unbalanced_ = true;
    token.attributes.clear();
    const std::size_t gt = html_.find('>', at);
    if (gt == std::string_view::npos) {
      pos_ = html_.size();
      return false;
    }
    const std::string_view whole = html_;
    html_ = html_.substr(0, gt);
    read_attributes(at, token);
    html_ = whole;
    end = gt + 1;
  }
  token.text = html_.substr(pos_, end - pos_);
  pos_ = end;
  return token.kind != HtmlToken::Kind::start_tag || !is_raw_text_tag(token.name) || open_raw_text(token.name);
}

/// From behind the tag's name; gives the place behind ">", or npos where there is none.
std::size_t HtmlTokenizer::read_attributes(std::size_t at, HtmlToken& token) {
  while (at < html_.size()) {
    const char c = html_[at];
    if (c == '>') return at + 1;
    at = text::is_space(c) || c == '/' ? at + 1 : read_attribute(at, token);
  }
  return std::string_view::npos;
}

std::size_t HtmlTokenizer::read_attribute(std::size_t at, HtmlToken& token) {
  const std::size_t name_at = at++;  // a leading "=" belongs to the name
  while (at < html_.size() && !ends_tag_name(html_[at]) && html_[at] != '=') ++at;
  HtmlAttribute attribute{html_.substr(name_at, at - name_at), {}};
  std::size_t sign = at;
  while (sign < html_.size() && text::is_space(html_[sign])) ++sign;
  if (sign < html_.size() && html_[sign] == '=') {
    at = sign + 1;
    while (at < html_.size() && text::is_space(html_[at])) ++at;
    const char quote = at < html_.size() ? html_[at] : '\0';
    std::size_t end;
    if (quote == '"' || quote == '\'') {
      end = std::min(html_.find(quote, ++at), html_.size());
    } else {
      end = at;
      while (end < html_.size() && !text::is_space(html_[end]) && html_[end] != '>') ++end;
    }
    attribute.value = html_.substr(at, end - at);
    at = (quote == '"' || quote == '\'') && end < html_.size() ? end + 1 : end;
  } else {
    at = std::max(at, name_at + 1);
  }
  if (token.attributes.size() < kMaxAttributes) token.attributes.push_back(attribute);
  return at;
}

void HtmlTokenizer::skip_to_gt(std::size_t from) {
  const std::size_t gt = html_.find('>', from);
  pos_ = gt == std::string_view::npos ? html_.size() : gt + 1;
}

void HtmlTokenizer::skip_comment() {
  const std::size_t at = pos_ + 4;
  if (html_.substr(at, 1) == ">" || html_.substr(at, 2) == "->") return skip_to_gt(at);
  if (!no_comment_end_) {
    for (std::size_t dashes = html_.find("--", at); dashes != std::string_view::npos;) {
      if (html_.substr(dashes + 2, 1) == ">" || html_.substr(dashes + 2, 2) == "!>") return skip_to_gt(dashes + 2);
      dashes = html_.find("--", dashes + 1);
    }
    no_comment_end_ = true;
  }
  skip_to_gt(at);  // never closed: better too much text than none
}

bool HtmlTokenizer::read_cdata(HtmlToken& token) {
  const std::size_t at = pos_ + 9;
  const std::size_t end = no_cdata_end_ ? std::string_view::npos : html_.find("]]>", at);
  if (end == std::string_view::npos) {
    no_cdata_end_ = true;
    skip_to_gt(at);
    return false;
  }
  pos_ = end + 3;
  token.kind = HtmlToken::Kind::text;
  token.text = html_.substr(at, end - at);
  token.raw = true;
  return !token.text.empty();
}

std::size_t HtmlTokenizer::find_end_tag(std::string_view name, std::size_t from) const {
  for (std::size_t at = html_.find("</", from); at != std::string_view::npos; at = html_.find("</", at + 2)) {
    const std::size_t end = at + 2 + name.size();
    if (text::iequals(html_.substr(at + 2, name.size()), name) && (end >= html_.size() || ends_tag_name(html_[end])))
      return at;
  }
  return std::string_view::npos;
}

/// After the start tag of style, script and the like. Where the end tag is missing, the start tag is read as if it had
/// not been there: better a line of script in a ticket than a lost mail.
bool HtmlTokenizer::open_raw_text(std::string_view name) {
  if (std::find(endless_.begin(), endless_.end(), name) != endless_.end()) return false;
  raw_end_ = find_end_tag(name, pos_);
  if (raw_end_ == std::string_view::npos) {
    endless_.emplace_back(name);
    return false;
  }
  raw_ = name == "style" || name == "script";
  in_raw_text_ = true;
  return true;
}

void HtmlTokenizer::read_raw_text(HtmlToken& token) {
  in_raw_text_ = false;
  token.kind = HtmlToken::Kind::text;
  token.text = html_.substr(pos_, raw_end_ - pos_);
  token.raw = raw_;
  pos_ = raw_end_;
}

}  // namespace poller
