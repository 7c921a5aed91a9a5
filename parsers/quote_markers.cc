#include "parsers/quote_markers.h"

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

/// "-----Original Message-----" to "original message": folded, without dashes, asterisks, colon. Empty when there are
/// no dashes around, unless `bare`.
std::string separator_phrase(std::string_view line, bool bare) {
  if (line.size() > 200) return {};
  const auto dash_length = [](std::string_view s) -> std::size_t {
    if (s.empty()) return 0;
    if (s.front() == '-' || s.front() == '_' || s.front() == '=' || s.front() == '~' || s.front() == '*') return 1;
    return s.substr(0, 3) == "—" || s.substr(0, 3) == "–" || s.substr(0, 3) == "─" ? 3 : 0;
  };
  int dashes = 0;
  for (;;) {
    const std::size_t length = dash_length(line);
    if (length > 0)
      ++dashes;
    else if (line.empty() || line.front() != ' ')
      break;
    line.remove_prefix(length > 0 ? length : 1);
  }
  const std::size_t end = line.find_first_of("-_=~*");
  if (!bare && dashes < 2) return {};
  line = text::trim(line.substr(0, end));
  while (!line.empty() && (line.back() == ':' || line.back() == ' ')) line.remove_suffix(1);
  return fold_case(line);
}

/// Lines of dashes between a mail and the block below belong to the block.
std::size_t absorb_rules_above(const QuoteLines& lines, std::size_t first, std::size_t from) {
  std::size_t result = first;
  while (result > from) {
    const std::size_t above = result - 1;
    if (lines.rule(above))
      first = above;
    else if (!lines.blank(above))
      break;
    result = above;
  }
  return first;
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
  const char c = line.front();
  const bool dashed = c == '-' || c == '_' || c == '=' || c == '*' || c == '~' || c == '\xE2';
  if (!dashed) {
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
  return window.find(':') != std::string_view::npos || window.find('\t') != std::string_view::npos ||
         window.find("：") != std::string_view::npos;
}

}  // namespace

std::optional<QuoteMarker> find_quote_marker(const QuoteLines& lines, std::size_t from) {
  int rejected_attributions = 0;
  int rejected_blocks = 0;
  for (std::size_t i = from; i < lines.size(); ++i) {
    if (lines.blank(i)) continue;
    if (lines.quoted(i)) {
      if (const auto found = read_torn_attribution(lines, i, from))
        return QuoteMarker{QuoteMarker::Kind::attribution, found->first, found->last};
      continue;
    }
    if (auto separator = read_separator(lines, i)) return separator;
    const std::string_view line = lines.at(i);
    if (rejected_blocks < kMostRejectedBlocks && may_be_field(line)) {
      std::string_view value;
      if (read_quoted_field(line, value) != QuotedField::none) {
        if (const auto block = read_quoted_header_block(lines, i))
          return QuoteMarker{QuoteMarker::Kind::header_block, absorb_rules_above(lines, i, from), block->last};
        ++rejected_blocks;
      }
    }
    if (rejected_attributions < kMostRejected && may_end_attribution(line)) {
      if (const auto found = read_attribution(lines, i, from))
        return QuoteMarker{QuoteMarker::Kind::attribution, found->first, found->last};
      ++rejected_attributions;
    }
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
