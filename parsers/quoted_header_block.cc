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

/// "2026-03-03 10:15": a day, a month or its name, a year, and a time.
bool is_date_with_time(std::string_view value) {
  constexpr std::size_t kLongestDate = 120;  // bytes
  const std::string digits = ascii_digits(value.substr(0, kLongestDate));
  int groups = 0;
  for (std::size_t i = 0; i < digits.size(); ++i)
    if (text::is_digit(digits[i]) && (i == 0 || !text::is_digit(digits[i - 1]))) ++groups;
  return groups >= 4;
}

struct BlockEvidence {
  bool from = false, date = false, to = false, subject = false;
  bool address_in_from = false, address_in_to = false;
  bool time_in_date = false;
  int fields = 0;

  void add(QuotedField field, std::string_view value) {
    ++fields;
    from = from || field == QuotedField::from;
    date = date || field == QuotedField::date;
    to = to || field == QuotedField::to;
    subject = subject || field == QuotedField::subject;
    const bool address = value.find('@') != std::string_view::npos;
    address_in_from = address_in_from || (address && field == QuotedField::from);
    address_in_to = address_in_to || (address && field == QuotedField::to);
    if (field == QuotedField::date && is_date_with_time(value)) time_in_date = true;
  }

  [[nodiscard]] int count_kinds() const { return (from ? 1 : 0) + (date ? 1 : 0) + (to ? 1 : 0) + (subject ? 1 : 0); }

  /// `introduced`: the sender says above what follows, as one does of what one pastes.
  [[nodiscard]] bool enough(bool introduced) const {
    const int kinds = count_kinds();
    if (introduced && !time_in_date && !(address_in_from && kinds == 4)) return false;
    if (time_in_date && address_in_to && !introduced) return true;
    if (address_in_from) return kinds >= 2 && (date || to || subject);
    if (from && subject) return kinds >= 3;
    return subject && date && to;
  }

  /// In a mail that answers none.
  [[nodiscard]] bool enough_alone() const {
    return from && time_in_date && (address_in_from ? to || subject : to && subject);
  }
};

/// The first line above `i` that is neither blank nor a rule, if it is near. `ruled`: a rule as long as Outlook's
/// stands between.
std::optional<std::size_t> line_above(const QuoteLines& lines, std::size_t i, bool& ruled) {
  constexpr std::size_t kLongRule = 20;
  for (std::size_t n = i, skipped = 0; n-- > 0 && skipped < 4; ++skipped) {
    if (lines.blank(n)) continue;
    if (!lines.rule(n)) return n;
    ruled = ruled || lines.at(n).size() >= kLongRule;
  }
  return std::nullopt;
}

bool ends_in_colon(std::string_view line) { return line.back() == ':' || text::iends_with(line, "："); }

/// "Message-ID: <1@example.com>", "Message body: it burns", "Received: from": the block goes on.
bool looks_like_field(std::string_view line) {
  constexpr std::size_t kLongest = 30;  // bytes
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > kLongest) return false;
  if (colon + 1 < line.size() && line[colon + 1] != ' ' && line[colon + 1] != '\t') return false;
  const std::string_view label = line.substr(0, colon);
  return label.find_first_of(".,;?!()<@") == std::string_view::npos && std::count(label.begin(), label.end(), ' ') <= 2;
}

/// Whether the fields [first, last) are a block in a mail that answers none, by what stands around them.
bool is_proven(const QuoteLines& lines, std::size_t first, std::size_t last, const BlockEvidence& evidence) {
  bool ruled = false;
  const std::optional<std::size_t> above = line_above(lines, first, ruled);
  if (ruled && evidence.from && evidence.count_kinds() >= 3) return true;
  if (!evidence.enough_alone()) return false;
  if (above && ends_in_colon(lines.at(*above))) return false;
  if (first > 0 && !lines.blank(first - 1) && looks_like_field(lines.at(first - 1))) return false;
  return last >= lines.size() || lines.blank(last) || !looks_like_field(lines.at(last));
}

/// Fields of a web form go on below: "From: Bo", "Subject: Printer", "Message:".
bool goes_on_as_form(const QuoteLines& lines, std::size_t last, const BlockEvidence& evidence) {
  if (evidence.date || evidence.to) return false;
  const std::size_t next = lines.next_visible(last);
  return next < lines.size() && !lines.quoted(next) &&
         (ends_in_colon(lines.at(next)) || looks_like_field(lines.at(next)));
}

bool is_introduced(const QuoteLines& lines, std::size_t i) {
  bool ruled = false;
  const std::optional<std::size_t> above = line_above(lines, i, ruled);
  if (!above || ruled || lines.quoted(*above)) return false;
  return ends_in_colon(lines.at(*above)) || (*above + 1 == i && looks_like_field(lines.at(*above)));
}

/// "| From | Ann Lee |": a row of a table, as NetEase writes it.
QuotedField read_table_row(std::string_view line, std::string_view& value) {
  line.remove_prefix(1);
  const std::size_t end = line.find('|');
  if (end == std::string_view::npos || end > kLongestLabel) return QuotedField::none;
  value = strip_decoration(line.substr(end + 1));
  return quoted_field(fold_case(strip_decoration(line.substr(0, end))));
}

}  // namespace

QuotedField read_quoted_field(std::string_view line, std::string_view& value) {
  if (!line.empty() && line.front() == '|') {
    const QuotedField field = read_table_row(line, value);
    if (field != QuotedField::none) return field;
  }
  std::size_t length = 0;
  const std::size_t end = find_label_end(line, length);
  if (end == std::string_view::npos || end == 0) return QuotedField::none;
  const std::string_view label = strip_decoration(line.substr(0, end));
  if (label.empty()) return QuotedField::none;
  value = trim_blanks(line.substr(end + length));
  return quoted_field(fold_case(label));
}

std::optional<QuotedHeaderBlock> read_quoted_header_block(const QuoteLines& lines, std::size_t i, bool answer) {
  const bool in_quote = lines.quoted(i);
  const auto line = [&](std::size_t n) { return in_quote ? without_quote_marks(lines.at(n)) : lines.at(n); };
  const bool introduced = !in_quote && is_introduced(lines, i);
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
    } else if (evidence.subject && evidence.enough(introduced) && wrapped > 1) {
      break;  // the text begins right below the block
    }
    blanks = 0;
  }
  if (!evidence.enough(introduced)) return std::nullopt;
  if (!in_quote && goes_on_as_form(lines, last, evidence)) return std::nullopt;
  if (!in_quote && !answer && !is_proven(lines, i, last, evidence)) return std::nullopt;
  return QuotedHeaderBlock{i, last};
}

}  // namespace poller
