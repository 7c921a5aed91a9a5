#include "parsers/body_text.h"

#include <algorithm>
#include <cstring>

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
    const bool crlf = cr + 1 < text.size() && text[cr + 1] == '\n';
    if (!crlf) text[kept++] = '\n';
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
}

void BodyText::add_html(std::string_view bytes, const MailPart& part) {
  append_joined(html_, has_html_, converted(bytes, part, true, limits_.text - std::min(limits_.text, html_.size())));
}

void BodyText::add_fallback(std::optional<std::string> text, std::optional<std::string> html) {
  if (text && !fallback_text_) fallback_text_ = std::move(text);
  if (html && !has_html_ && text::trim(plain_).empty()) append_joined(html_, has_html_, *html);
}

std::string BodyText::take_text() {
  if (!text::trim(plain_).empty()) return std::move(plain_);
  if (fallback_text_ && !text::trim(*fallback_text_).empty()) {
    return with_line_feeds(std::string(text::utf8_prefix(*fallback_text_, limits_.text)));
  }
  if (!has_html_) return std::move(plain_);
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
