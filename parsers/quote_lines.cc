#include "parsers/quote_lines.h"

#include <algorithm>

#include "base/text.h"

namespace poller {

namespace {

/// The blanks of mail text: also those of other widths, no-break and zero-width ones, and direction marks, in which
/// clients wrap quoted names.
std::size_t blank_length(std::string_view s, std::size_t i) {
  if (text::is_space(s[i])) return 1;
  if (static_cast<unsigned char>(s[i]) < 0xC2) return 0;
  if (s.substr(i, 2) == "\xC2\xA0" || s.substr(i, 2) == "\xC2\xAD") return 2;
  const std::string_view three = s.substr(i, 3);
  if (three.size() < 3) return 0;
  const auto last = static_cast<unsigned char>(three[2]);
  if (three.substr(0, 2) == "\xE2\x80") return last <= 0x8F || (last >= 0xA8 && last <= 0xAF) ? 3 : 0;
  if (three.substr(0, 2) == "\xE2\x81") return last >= 0x9F && last <= 0xA9 ? 3 : 0;
  return three == "\xE3\x80\x80" || three == "\xE1\x9A\x80" || three == "\xEF\xBB\xBF" ? 3 : 0;
}

std::size_t blank_length_before(std::string_view s, std::size_t end) {
  for (const std::size_t length : {1, 2, 3})
    if (end >= length && blank_length(s, end - length) == length) return length;
  return 0;
}

bool is_rule_mark(char c) { return c == '-' || c == '_' || c == '*' || c == '=' || c == '~' || c == '#' || c == '+'; }

/// Whether the last angle bracket opens one. By hand: find_last_of() costs a call a character.
bool leaves_bracket_open(std::string_view s) {
  std::size_t i = s.size();
  while (i > 0 && s[i - 1] != '<' && s[i - 1] != '>') --i;
  return i > 0 && s[i - 1] == '<';
}

bool is_rule_line(std::string_view s) {
  std::size_t marks = 0;
  for (std::size_t i = 0; i < s.size();) {
    if (is_rule_mark(s[i])) {
      ++i;
      ++marks;
    } else if (s[i] == ' ') {
      ++i;
    } else if (s.substr(i, 2) == "\xE2\x80" || s.substr(i, 2) == "\xE2\x94") {  // dashes, box drawing
      const auto last = i + 2 < s.size() ? static_cast<unsigned char>(s[i + 2]) : 0U;
      const bool dash = s[i + 1] == '\x80' ? last >= 0x90 && last <= 0x95 : last >= 0x80 && last <= 0x81;
      if (!dash) return false;
      i += 3;
      marks += 2;
    } else {
      return false;
    }
  }
  return marks >= 2;
}

}  // namespace

std::string_view trim_blanks(std::string_view s) {
  while (!s.empty()) {
    const std::size_t length = blank_length(s, 0);
    if (length == 0) break;
    s.remove_prefix(length);
  }
  while (!s.empty()) {
    const std::size_t length = blank_length_before(s, s.size());
    if (length == 0) break;
    s.remove_suffix(length);
  }
  return s;
}

QuoteLines::QuoteLines(std::string_view text) : text_(text) {
  bool open_bracket = false;  // the line before has a "<" that it does not close
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view whole = text.substr(at, end - at);
    const std::string_view trimmed = trim_blanks(whole);
    at = end + 1;
    if (trimmed.empty() && lines_.size() >= 2 && lines_.back().trimmed_size == 0 &&
        lines_[lines_.size() - 2].trimmed_size == 0)
      continue;
    Line line;
    line.begin = static_cast<std::uint32_t>(whole.data() - text.data());
    line.size = static_cast<std::uint32_t>(whole.size());
    line.trimmed_begin = static_cast<std::uint32_t>(trimmed.data() - text.data());
    line.trimmed_size = static_cast<std::uint32_t>(trimmed.size());
    if (!trimmed.empty()) {
      line.quoted = trimmed.front() == '>' && !open_bracket;
      line.rule = trimmed.size() <= 200 && is_rule_line(trimmed);
      open_bracket = !line.quoted && leaves_bracket_open(trimmed);
    }
    lines_.push_back(line);
  }
}

std::string_view QuoteLines::at(std::size_t i) const {
  return text_.substr(lines_[i].trimmed_begin, lines_[i].trimmed_size);
}

void QuoteLines::set_own(std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < std::min(last, lines_.size()); ++i) lines_[i].quoted = false;
}

std::size_t QuoteLines::next_visible(std::size_t i) const {
  while (i < lines_.size() && blank(i)) ++i;
  return i;
}

std::string QuoteLines::join(std::size_t first, std::size_t last) const {
  first = std::min(next_visible(first), last);
  while (last > first && blank(last - 1)) --last;
  std::string out;
  for (std::size_t i = first; i < last; ++i) {
    const Line& line = lines_[i];
    const std::size_t end = line.trimmed_begin + line.trimmed_size;
    if (i > first) out += '\n';
    if (line.trimmed_size > 0) out += text_.substr(line.begin, end - line.begin);
  }
  return out;
}

std::size_t QuoteLines::line_of(std::size_t offset) const {
  const auto it = std::upper_bound(lines_.begin(), lines_.end(), offset,
                                   [](std::size_t wanted, const Line& line) { return wanted < line.begin; });
  return it == lines_.begin() ? 0 : static_cast<std::size_t>(it - lines_.begin()) - 1;
}

std::string_view without_quote_marks(std::string_view line) {
  while (!line.empty() && (line.front() == '>' || line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  return line;
}

}  // namespace poller
