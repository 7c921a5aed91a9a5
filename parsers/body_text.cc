#include "parsers/body_text.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "base/text.h"
#include "parsers/charset.h"
#include "parsers/flowed.h"
#include "parsers/html_text.h"

namespace poller {
namespace {

std::string with_line_feeds(std::string text) {
  std::size_t cr = text.find('\r');
  if (cr == std::string::npos) return text;
  std::size_t kept = cr;
  while (cr < text.size()) {
    const std::size_t end = text.compare(cr, 2, "\r\r") == 0 ? cr + 2 : cr + 1;  // CR CR LF is one line end
    const bool lf_follows = end < text.size() && text[end] == '\n';
    if (!lf_follows) text[kept++] = '\n';
    const std::size_t next = std::min(text.find('\r', cr + 1), text.size());
    std::memmove(text.data() + kept, text.data() + cr + 1, next - cr - 1);
    kept += next - cr - 1;
    cr = next;
  }
  text.resize(kept);
  return text;
}

// Not in the middle of a line where that can be helped, so not in the middle of a character.
std::string_view cut_at_line(std::string_view bytes, std::size_t room) {
  if (bytes.size() <= room) return bytes;
  const std::size_t line = bytes.rfind('\n', room);
  const bool near = line != std::string_view::npos && line + 4096 > room;
  return bytes.substr(0, near ? line : room);
}

// Nothing to read: blanks of any kind, written as HTML entities too, as mailers leave them in a part for people without
// HTML.
bool is_blank_text(std::string_view s) {
  while (!s.empty()) {
    std::size_t size = text::is_space(s.front()) ? 1 : 0;
    for (const std::string_view blank : {"&nbsp;", "&#160;", "\u00a0", "\u200b", "\u200c", "\ufeff"}) {
      if (s.starts_with(blank)) size = blank.size();
    }
    if (size == 0) return false;
    s.remove_prefix(size);
  }
  return true;
}

// Programs that know no multipart/alternative put the same text into both parts, one behind the other. The same: four
// of five words of what is `rendered` stand in `plain` too.
bool says_the_same(std::string_view rendered, std::string_view plain) {
  constexpr std::size_t kCompared = 64 * 1024;
  const auto words = [](std::string_view s) {
    std::vector<std::string_view> out;
    for (std::size_t pos = 0; pos < s.size();) {
      const std::size_t begin = std::min(s.find_first_not_of(" \t\r\n", pos), s.size());
      pos = std::min(s.find_first_of(" \t\r\n", begin), s.size());
      if (pos > begin && s[begin] != '<') out.push_back(s.substr(begin, pos - begin));
    }
    return out;
  };
  const auto others = words(plain.substr(0, kCompared));
  const std::unordered_set<std::string_view> known(others.begin(), others.end());
  const auto own = words(rendered.substr(0, kCompared));
  const auto found = std::count_if(own.begin(), own.end(), [&](std::string_view word) { return known.contains(word); });
  return static_cast<std::size_t>(found) * 5 >= own.size() * 4;
}

void append_joined(std::string& all, bool& any, std::string_view more) {
  if (any) all += '\n';
  any = true;
  all += more;
}

}  // namespace

std::string BodyText::converted(std::string_view bytes, const MailPart& part, bool is_html, std::size_t room) {
  const std::string_view kept = cut_at_line(bytes, room);
  bool cut = kept.size() < bytes.size();
  CharsetResult result = to_utf8(kept, part.part.charset, is_html ? CharsetContext::html : CharsetContext::plain);
  if (result.guessed) defects_.add("the charset of a text was guessed: " + result.used);
  if (result.replaced) defects_.add("bytes of a text that are no " + result.used + " were replaced");
  if (result.text.size() > room) {
    cut = true;
    result.text.resize(text::utf8_prefix(result.text, room).size());
  }
  if (cut) defects_.add("a text larger than " + std::to_string(limits_.text) + " bytes was cut");
  return std::move(result.text);
}

void BodyText::add_plain(std::string_view bytes, const MailPart& part) {
  std::string text = converted(bytes, part, false, limits_.text - std::min(limits_.text, plain_.size()));
  const std::string& type = part.part.content_type;
  if (text::iequals(part.type.get("format"), "flowed")) {
    text = unflow(text, text::iequals(part.type.get("delsp"), "yes"));
  } else if (type == "text/enriched" || type == "text/richtext") {
    text = enriched_to_plain(with_line_feeds(std::move(text)));
  } else {
    text = with_line_feeds(std::move(text));
  }
  append_joined(plain_, has_plain_, text);
  add_piece(plain_, text.size(), false);
}

void BodyText::add_html(std::string_view bytes, const MailPart& part) {
  const std::string html = converted(bytes, part, true, limits_.text - std::min(limits_.text, html_.size()));
  append_joined(html_, has_html_, html);
  if (part.sole) add_piece(html_, html.size(), true);
}

void BodyText::add_piece(const std::string& all, std::size_t size, bool is_html) {
  pieces_.push_back({all.size() - size, size, is_html});
}

std::optional<std::string> BodyText::seen_text() const {
  if (is_blank_text(plain_)) return std::nullopt;                    // then the text is the HTML
  if (has_html_ && looks_like_html(plain_)) return rendered_html();  // nobody is meant to read its source
  std::string all;
  bool any = false;
  bool more = false;
  bool last_is_html = false;
  for (const Piece& piece : pieces_) {
    const std::string_view source = piece.is_html ? html_ : plain_;
    const std::string_view own = source.substr(piece.begin, piece.size);
    const std::string rendered = piece.is_html ? html_to_text(own) : std::string();
    if (piece.is_html && (text::trim(rendered).empty() || says_the_same(rendered, plain_))) continue;
    more = more || piece.is_html;
    if (any && (piece.is_html || last_is_html)) all += '\n';  // HTML is a block of its own
    last_is_html = piece.is_html;
    append_joined(all, any, piece.is_html ? rendered : own);
  }
  if (!more) return std::nullopt;
  if (all.size() > limits_.text) all.resize(text::utf8_prefix(all, limits_.text).size());
  return all;
}

void BodyText::add_fallback(std::optional<std::string> text, std::optional<std::string> html) {
  if (text && !fallback_text_) fallback_text_ = std::move(text);
  if (html && !has_html_ && is_blank_text(plain_)) append_joined(html_, has_html_, *html);
}

std::string BodyText::take_text() {
  if (!is_blank_text(plain_)) return std::move(plain_);
  if (fallback_text_ && !text::trim(*fallback_text_).empty()) {
    return with_line_feeds(std::string(text::utf8_prefix(*fallback_text_, limits_.text)));
  }
  if (!has_html_) return std::move(plain_);
  return rendered_html();
}

std::string BodyText::rendered_html() const {
  std::string rendered = html_to_text(html_);
  if (rendered.size() > limits_.text) rendered.resize(text::utf8_prefix(rendered, limits_.text).size());
  return rendered;
}

std::optional<std::string> BodyText::take_html() {
  if (!has_html_) return std::nullopt;
  return std::move(html_);
}

// A command is <word>; "<<" is a "<"; one line break is a blank, more are one less (RFC 1896). In the older richtext
// line breaks are <nl> and <p>.
std::string enriched_to_plain(std::string_view text) {
  std::string out;
  for (std::size_t pos = 0; pos < text.size();) {
    if (text[pos] == '<' && pos + 1 < text.size() && text[pos + 1] == '<') {
      out += '<';
      pos += 2;
    } else if (text[pos] == '<') {
      const std::size_t end = text.substr(pos, 70).find('>');
      if (end == std::string_view::npos) {
        out += text[pos++];
        continue;
      }
      const std::string command = text::to_lower(text.substr(pos + 1, end - 1));
      pos += end + 1;
      if (command == "nl" || command == "p" || command == "np") out += '\n';
      if (command == "lt") out += '<';
      if (command == "param") pos = std::min(text.size(), text::ifind(text.substr(0, pos + 200), "</param>", pos));
    } else if (text[pos] == '\n') {
      std::size_t count = 0;
      for (; pos < text.size() && text[pos] == '\n'; ++pos) ++count;
      out.append(count == 1 ? 1 : count - 1, count == 1 ? ' ' : '\n');
    } else {
      out += text[pos++];
    }
  }
  return out;
}

}  // namespace poller
