#include "parsers/quoted_header_block.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "parsers/fold.h"

namespace poller {

namespace {

constexpr std::size_t kLongestLabel = 48;    // bytes
constexpr std::size_t kMostBlockLines = 40;  // long recipient lists wrap
constexpr std::size_t kMostWrappedLines = 8;

bool is_decoration(char c) { return c == '*' || c == '_' || c == ' ' || c == '\t' || c == '|'; }

/// Without blanks (French has a no-break one before the colon) and what mail programs set in bold with.
std::string_view strip_decoration(std::string_view s) {
  for (;;) {
    const std::size_t size = s.size();
    s = trim_blanks(s);
    while (!s.empty() && is_decoration(s.front())) s.remove_prefix(1);
    while (!s.empty() && is_decoration(s.back())) s.remove_suffix(1);
    if (s.size() == size) return s;
  }
}

/// Where the label's colon is (or the tab that stands for it where a table was rendered), and its length.
std::size_t find_label_end(std::string_view line, std::size_t& length) {
  const std::string_view window = line.substr(0, kLongestLabel);
  const std::size_t ascii = window.find_first_of(":\t");
  const std::size_t wide = window.find("：");
  length = ascii < wide ? 1 : 3;
  return std::min(ascii, wide);
}

struct BlockEvidence {
  bool from = false, date = false, to = false, subject = false;
  bool address_in_from = false;
  int fields = 0;

  void add(QuotedField field, std::string_view value) {
    ++fields;
    from = from || field == QuotedField::from;
    date = date || field == QuotedField::date;
    to = to || field == QuotedField::to;
    subject = subject || field == QuotedField::subject;
    if (field == QuotedField::from && value.find('@') != std::string_view::npos) address_in_from = true;
  }

  [[nodiscard]] bool enough(bool after_separator) const {
    const int kinds = (from ? 1 : 0) + (date ? 1 : 0) + (to ? 1 : 0) + (subject ? 1 : 0);
    if (after_separator) return kinds >= 2;
    if (address_in_from) return kinds >= 2 && (date || to || subject);
    if (from && subject) return kinds >= 3;
    return subject && date && to;
  }
};

}  // namespace

QuotedField read_quoted_field(std::string_view line, std::string_view& value) {
  std::size_t length = 0;
  const std::size_t end = find_label_end(line, length);
  if (end == std::string_view::npos || end == 0) return QuotedField::none;
  const std::string_view label = strip_decoration(line.substr(0, end));
  if (label.empty()) return QuotedField::none;
  value = trim_blanks(line.substr(end + length));
  return quoted_field(fold_case(label));
}

std::optional<QuotedHeaderBlock> read_quoted_header_block(const QuoteLines& lines, std::size_t i,
                                                          bool after_separator) {
  const bool in_quote = lines.quoted(i);
  const auto line = [&](std::size_t n) { return in_quote ? without_quote_marks(lines.at(n)) : lines.at(n); };
  BlockEvidence evidence;
  std::size_t wrapped = 0;
  std::size_t blanks = 0;
  std::size_t last = i;
  for (std::size_t n = i; n < lines.size() && n - i < kMostBlockLines; ++n) {
    const std::string_view content = line(n);
    if (content.empty()) {
      // A block in double spacing has a blank line between its fields; two blank lines end any block.
      if (++blanks > 1) break;
      continue;
    }
    std::string_view value;
    const QuotedField field = read_quoted_field(content, value);
    if (field != QuotedField::none) {
      evidence.add(field, value);
      last = n + 1;
      wrapped = 0;
    } else if (evidence.fields == 0 || blanks > 0 || ++wrapped > kMostWrappedLines) {
      break;
    } else if (evidence.subject && evidence.enough(after_separator) && wrapped > 1) {
      break;  // the text begins right below the block
    }
    blanks = 0;
  }
  if (!evidence.enough(after_separator)) return std::nullopt;
  return QuotedHeaderBlock{i, last};
}

}  // namespace poller
