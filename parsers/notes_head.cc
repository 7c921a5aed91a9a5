// The head that Lotus Notes 6 to 8 writes above the mail that is answered: a table in HTML, lines of its cells in text.
#include <string>

#include "base/text.h"
#include "parsers/fold.h"
#include "parsers/quoted_header_block.h"

namespace poller {

namespace {

constexpr std::size_t kLongestNotesLabel = 40;  // bytes
constexpr std::size_t kMostNotesLines = 18;     // from "To" to "Subject"
constexpr std::size_t kMostLinesAbove = 6;      // from the name to "To", blank ones left out

/// The label that a line consists of, begins with before a tab, or ends with behind a gap (the right end of its cell).
QuotedField notes_label(const QuoteLines& lines, std::size_t i) {
  std::string_view line = lines.at(i);
  const std::size_t tab = line.find('\t');
  const std::size_t gap = line.rfind("    ");
  if (tab != std::string_view::npos)
    line = line.substr(0, tab);
  else if (gap != std::string_view::npos)
    line = line.substr(gap);
  line = trim_blanks(line);
  if (line.empty() || line.size() > kLongestNotesLabel || line.find(':') != std::string_view::npos)
    return QuotedField::none;
  return quoted_field(fold_case(line));
}

bool has_notes_date(std::string_view line) {
  int groups = 0;
  const std::string digits = ascii_digits(line.substr(0, 80));
  for (std::size_t i = 0; i < digits.size(); ++i)
    if (text::is_digit(digits[i]) && (i == 0 || !text::is_digit(digits[i - 1]))) ++groups;
  return groups >= 4;
}

struct NotesLabels {
  std::size_t subject = 0;
  bool copies = false;  // "cc" too
  bool date = false;
};

std::optional<NotesLabels> find_labels_below(const QuoteLines& lines, std::size_t to) {
  NotesLabels found;
  for (std::size_t i = to + 1; i < lines.size() && i - to <= kMostNotesLines; ++i) {
    if (lines.blank(i)) continue;
    if (lines.quoted(i)) return std::nullopt;
    const QuotedField field = notes_label(lines, i);
    found.copies = found.copies || field == QuotedField::other;
    found.date = found.date || has_notes_date(lines.at(i));
    found.subject = i;
    if (field == QuotedField::subject) return found;
  }
  return std::nullopt;
}

bool is_short_name(std::string_view line) {
  constexpr std::size_t kLongestName = 100;
  return line.size() <= kLongestName && line.find_first_of("?!:;") == std::string_view::npos && line.back() != '.';
}

/// The line of the name above "To"; nothing when none of these lines, and none below, has a date.
std::optional<std::size_t> find_name_above(const QuoteLines& lines, std::size_t to, bool dated) {
  std::size_t n = to;
  while (n > 0 && lines.blank(n - 1)) --n;
  std::size_t first = n;
  for (std::size_t seen = 0; n-- > 0 && seen < kMostLinesAbove; ++seen) {
    if (lines.blank(n) || lines.quoted(n)) break;
    first = n;
    if (dated || !has_notes_date(lines.at(n))) continue;
    if (n > 0 && lines.blank(n - 1)) --n;
    return n > 0 && !lines.blank(n - 1) && is_short_name(lines.at(n - 1)) ? n - 1 : first;
  }
  if (!dated || first >= to) return std::nullopt;
  return first;
}

}  // namespace

bool may_be_notes_head(const QuoteLines& lines, std::size_t i) {
  const std::string_view line = lines.at(i);
  if (line.size() > kLongestNotesLabel && line.find('\t') == std::string_view::npos &&
      line.find("    ") == std::string_view::npos)
    return false;
  return notes_label(lines, i) == QuotedField::to;
}

std::optional<QuotedHeaderBlock> read_notes_head(const QuoteLines& lines, std::size_t i, bool answer) {
  const auto labels = find_labels_below(lines, i);
  if (!labels || (!answer && !labels->copies)) return std::nullopt;
  const auto first = find_name_above(lines, i, labels->date);
  if (!first) return std::nullopt;
  const bool has_value = lines.at(labels->subject).find('\t') != std::string_view::npos;
  const std::size_t value = has_value ? labels->subject : lines.next_visible(labels->subject + 1);
  const bool near = value <= labels->subject + 2 && value < lines.size();
  return QuotedHeaderBlock{*first, (near ? value : labels->subject) + 1};
}

}  // namespace poller
