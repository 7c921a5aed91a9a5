#include "parsers/quote_markers.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "parsers/attribution.h"
#include "parsers/fold.h"
#include "parsers/quote_phrases.h"
#include "parsers/quoted_header_block.h"

namespace poller {

namespace {

// Beyond so many lines that look like attributions or header fields and are none, a text is a log or hostile.
constexpr int kMostRejected = 1000;
constexpr int kMostRejectedBlocks = 300;

/// The length of the dash of any script at the start of `s`, or 0.
std::size_t dash_length(std::string_view s) {
  if (s.empty()) return 0;
  if (s.front() == '-' || s.front() == '_' || s.front() == '=' || s.front() == '~' || s.front() == '*') return 1;
  if (s.size() < 3 || s[0] != '\xE2') return 0;
  const auto last = static_cast<unsigned char>(s[2]);
  const bool dash =
      (s[1] == '\x80' && last >= 0x90 && last <= 0x95) || (s[1] == '\x94' && last >= 0x80 && last <= 0x81);
  return dash ? 3 : 0;
}

/// A line of dashes around a phrase.
struct DashedPhrase {
  std::string phrase;  // folded, without dashes, asterisks, colon
  int before = 0;      // dashes
  int after = 0;
};

int count_dashes(std::string_view& line) {
  int dashes = 0;
  for (;;) {
    const std::size_t length = dash_length(line);
    if (length > 0)
      ++dashes;
    else if (line.empty() || line.front() != ' ')
      return dashes;
    line.remove_prefix(length > 0 ? length : 1);
  }
}

/// Where the dashes behind a phrase begin: a single hyphen belongs to its word ("e-mail").
std::size_t find_closing_dashes(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::size_t length = dash_length(line.substr(i));
    if (length == 0) continue;
    const std::string_view rest = line.substr(i + length);
    if (line[i] != '-' || rest.empty() || dash_length(rest) > 0) return i;
  }
  return line.size();
}

/// "-----Original Message-----" to "original message". The phrase is empty when there are no dashes before it, unless
/// `bare`.
DashedPhrase read_dashed_phrase(std::string_view line, bool bare) {
  DashedPhrase found;
  if (line.size() > 200) return found;
  found.before = count_dashes(line);
  if (!bare && found.before < 2) return found;
  const std::size_t end = find_closing_dashes(line);
  std::string_view behind = line.substr(end);
  found.after = count_dashes(behind);
  if (!behind.empty()) found.after = 0;
  line = trim_blanks(line.substr(0, end));
  while (!line.empty() && (line.back() == ':' || line.back() == ' ')) line.remove_suffix(1);
  found.phrase = fold_case(trim_blanks(line));
  return found;
}

std::string separator_phrase(std::string_view line, bool bare) { return read_dashed_phrase(line, bare).phrase; }

/// A short phrase in any language between dashes: a separator where a quoted mail begins right below.
bool is_separator(const DashedPhrase& line) {
  constexpr std::size_t kLongestPhrase = 90;  // bytes
  constexpr std::ptrdiff_t kMostBlanks = 6;
  return line.before >= 2 && line.after >= 2 && !line.phrase.empty() && line.phrase.size() <= kLongestPhrase &&
         std::count(line.phrase.begin(), line.phrase.end(), ' ') <= kMostBlanks;
}

/// Gmail writes ten dashes before and nine behind "Forwarded message", in every language.
bool is_gmail_forward(const DashedPhrase& line) { return line.before == 10 && line.after == 9; }

/// What stands above line `first` and belongs to the mail that begins there: rules, and a phrase between dashes, which
/// tells a forwarded mail. Nothing above line `from`.
void absorb_above(const QuoteLines& lines, std::size_t from, QuoteMarker& marker) {
  bool separated = false;
  for (std::size_t above = marker.first; above-- > from;) {
    if (lines.blank(above)) continue;
    if (lines.rule(above)) {
      marker.first = above;
      continue;
    }
    if (separated || lines.quoted(above)) return;
    const DashedPhrase phrase = read_dashed_phrase(lines.at(above), false);
    if (!is_separator(phrase)) return;
    separated = true;
    marker.first = above;
    if (is_gmail_forward(phrase)) marker.kind = QuoteMarker::Kind::forward;
  }
}

/// ">>> Ann Lee <ann@example.com> 3/3/2026 10:15 AM >>>": GroupWise, which does not mark the lines below.
bool is_groupwise_line(std::string_view line) {
  constexpr std::size_t kLongest = 200;
  if (line.size() > kLongest || line.size() < 12) return false;
  if (line.substr(0, 4) != ">>> " || line.substr(line.size() - 4) != " >>>") return false;
  return std::count_if(line.begin(), line.end(), text::is_digit) >= 4;
}

/// "##- Please type your reply above this line -##". A longer line without marks around it is somebody's sentence.
bool is_reply_line(std::string_view line) {
  constexpr std::size_t kLongestReplyLine = 160;  // bytes
  constexpr std::size_t kLongestBareReplyLine = 70;
  if (line.size() > kLongestReplyLine) return false;
  const bool marked = std::string_view("#-=_*~[(<").find(line.front()) != std::string_view::npos;
  return (marked || line.size() <= kLongestBareReplyLine) && holds_reply_line_phrase(fold_case(line));
}

std::optional<QuoteMarker> read_separator(const QuoteLines& lines, std::size_t i) {
  const std::string_view line = lines.at(i);
  if (is_reply_line(line)) return QuoteMarker{QuoteMarker::Kind::separator, i, i + 1};
  if (dash_length(line) == 0) {
    // "Begin forwarded message:" stands without dashes.
    if (line.back() != ':' || line.size() > 120) return std::nullopt;
    if (!is_forwarded_message_phrase(separator_phrase(line, true))) return std::nullopt;
    return QuoteMarker{QuoteMarker::Kind::forward, i, i + 1};
  }
  if (lines.rule(i)) return std::nullopt;
  std::string phrase = separator_phrase(line, false);
  std::size_t last = i + 1;
  if (phrase.empty()) return std::nullopt;
  if (is_original_message_phrase(phrase)) return QuoteMarker{QuoteMarker::Kind::separator, i, last};
  // Lotus Notes: "----- Forwarded by Ann Lee/Example on 03/03/2026 10:15 -----"
  const bool lotus = text::istarts_with(phrase, "forwarded by ") || text::istarts_with(phrase, "weitergeleitet von ") ||
                     text::istarts_with(phrase, "réexpédié par ");
  if (lotus || is_forwarded_message_phrase(phrase)) return QuoteMarker{QuoteMarker::Kind::forward, i, last};
  return std::nullopt;
}

bool may_be_field(std::string_view line) {
  const std::string_view window = line.substr(0, 48);
  return line.front() == '|' || window.find(':') != std::string_view::npos ||
         window.find('\t') != std::string_view::npos || window.find("：") != std::string_view::npos;
}

/// Tries one line after the other. Counts what was none, so that a hostile text is not searched on and on.
class MarkerFinder {
 public:
  MarkerFinder(const QuoteLines& lines, std::size_t from, bool answer)
      : lines_(lines), from_(from), rejected_field_(lines.size()), answer_(answer) {}

  std::optional<QuoteMarker> read_quoted_line(std::size_t i) const {
    if (is_groupwise_line(lines_.at(i))) return QuoteMarker{QuoteMarker::Kind::attribution, i, i + 1};
    const auto torn = read_torn_attribution(lines_, i, from_);
    if (!torn) return std::nullopt;
    return QuoteMarker{QuoteMarker::Kind::attribution, torn->first, torn->last};
  }

  std::optional<QuoteMarker> read_line(std::size_t i) {
    if (auto separator = read_separator(lines_, i)) return separator;
    if (auto block = read_block(i)) return block;
    if (rejected_attributions_ >= kMostRejected || !may_end_attribution(lines_.at(i))) return std::nullopt;
    const AttributionDue due = answer_ ? AttributionDue::answer : AttributionDue::unknown;
    if (const auto found = read_attribution(lines_, i, from_, due))
      return marker(QuoteMarker::Kind::attribution, found->first, found->last);
    ++rejected_attributions_;
    return std::nullopt;
  }

 private:
  [[nodiscard]] QuoteMarker marker(QuoteMarker::Kind kind, std::size_t first, std::size_t last) const {
    QuoteMarker result{kind, std::max(first, from_), last};
    absorb_above(lines_, from_, result);
    return result;
  }

  std::optional<QuoteMarker> read_block(std::size_t i) {
    if (rejected_blocks_ >= kMostRejectedBlocks) return std::nullopt;
    std::string_view value;
    if (may_be_field(lines_.at(i)) && read_quoted_field(lines_.at(i), value) != QuotedField::none) {
      // Fields that are no block do not become one from the second on: "From: Berlin", "To: Paris", "Date:",
      // "Subject:".
      const bool goes_on = i > 0 && rejected_field_ == i - 1;
      if (const auto block = goes_on ? std::nullopt : read_quoted_header_block(lines_, i, answer_))
        return marker(QuoteMarker::Kind::header_block, i, block->last);
      rejected_field_ = i;
      if (!goes_on) ++rejected_blocks_;
    }
    if (!may_be_notes_head(lines_, i)) return std::nullopt;
    if (const auto head = read_notes_head(lines_, i, answer_))
      return marker(QuoteMarker::Kind::header_block, head->first, head->last);
    ++rejected_blocks_;
    return std::nullopt;
  }

  const QuoteLines& lines_;
  std::size_t from_;
  std::size_t rejected_field_;  // the last line of fields that are no block
  int rejected_attributions_ = 0;
  int rejected_blocks_ = 0;
  bool answer_;
};

}  // namespace

std::optional<QuoteMarker> find_quote_marker(const QuoteLines& lines, std::size_t from, bool answer) {
  MarkerFinder finder(lines, from, answer);
  for (std::size_t i = from; i < lines.size(); ++i) {
    if (lines.blank(i)) continue;
    if (auto marker = lines.quoted(i) ? finder.read_quoted_line(i) : finder.read_line(i)) return marker;
  }
  return std::nullopt;
}

std::optional<QuoteMarker::Kind> quoted_mail_begins(std::string_view line) {
  if (is_attribution_line(line)) return QuoteMarker::Kind::attribution;
  const std::string phrase = separator_phrase(line, true);
  if (is_forwarded_message_phrase(phrase)) return QuoteMarker::Kind::forward;
  if (is_original_message_phrase(phrase)) return QuoteMarker::Kind::separator;
  return std::nullopt;
}

}  // namespace poller
