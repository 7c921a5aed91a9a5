#include "parsers/quote_split.h"

#include <algorithm>

#include "base/text.h"
#include "parsers/attribution.h"
#include "parsers/quote_markers.h"
#include "parsers/quoted_header_block.h"
#include "parsers/signature.h"

namespace poller {

namespace {

constexpr std::size_t kShortTail = 4;         // lines below a quote that may be a good-bye
constexpr std::size_t kLongestTailLine = 60;  // bytes
constexpr std::size_t kWrapColumn = 60;       // a quoted line this long may have lost its end to the next line

/// A quoted line that was wrapped on its way goes on without a mark: it stands right between quoted lines, behind a
/// long one, and begins in the middle of a sentence.
bool is_wrapped_quote(const QuoteLines& lines, std::size_t i) {
  if (i == 0 || lines.blank(i) || lines.quoted(i) || !lines.quoted(i - 1)) return false;
  if (lines.at(i - 1).size() < kWrapColumn || i + 1 >= lines.size() || !lines.quoted(i + 1)) return false;
  const char c = lines.at(i).front();
  return !(c >= 'A' && c <= 'Z');
}

/// The line behind the block of quoted lines that begins at `i`.
std::size_t quote_block_end(const QuoteLines& lines, std::size_t i) {
  std::size_t end = i;
  for (std::size_t n = i; n < lines.size(); ++n) {
    if (lines.blank(n)) continue;
    if (!lines.quoted(n) && !is_wrapped_quote(lines, n)) break;
    end = n + 1;
  }
  return end;
}

bool has_quoted_line(const QuoteLines& lines, std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i)
    if (lines.quoted(i)) return true;
  return false;
}

bool all_blank(const QuoteLines& lines, std::size_t first, std::size_t last) {
  return lines.next_visible(first) >= last;
}

/// A few short lines such as "Regards,\nAnn": not worth keeping a quote above them.
bool is_good_bye(const QuoteLines& lines, std::size_t first) {
  std::size_t visible = 0;
  for (std::size_t i = first; i < lines.size(); ++i) {
    if (lines.blank(i)) continue;
    const std::string_view line = lines.at(i);
    if (++visible > kShortTail || line.size() > kLongestTailLine) return false;
    if (line.find_first_of("?!") != std::string_view::npos || line.find(". ") != std::string_view::npos) return false;
    if (visible == 1 && !is_sign_off(line)) return false;
  }
  return true;
}

QuoteSplit whole(const QuoteLines& lines, bool found, bool forwarded = false) {
  QuoteSplit split;
  split.kept.push_back({0, lines.size()});
  split.found = found;
  split.forwarded = forwarded;
  return split;
}

QuoteSplit only(LineRange range) {
  QuoteSplit split;
  split.kept.push_back(range);
  split.found = true;
  return split;
}

/// A quote in lines [start, behind), whose extent is known: what is around it decides. `attributed`: it is an earlier
/// mail, not lines that the sender picked. `several`: more quotes follow.
QuoteSplit split_known_quote(const QuoteLines& lines, std::size_t start, std::size_t behind, bool attributed,
                             bool several) {
  const bool nothing_above = all_blank(lines, 0, start);
  const bool nothing_below = all_blank(lines, behind, lines.size()) ||
                             find_signature(lines, behind, lines.size()) <= lines.next_visible(behind);
  if (nothing_below) return nothing_above ? whole(lines, true) : only({0, start});
  if (several) return whole(lines, true);  // interleaved
  if (nothing_above) return attributed ? only({behind, lines.size()}) : whole(lines, true);
  if (!is_good_bye(lines, behind)) return whole(lines, true);
  QuoteSplit split;
  split.kept = {{0, start}, {behind, lines.size()}};
  split.found = true;
  return split;
}

QuoteSplit split_marked_quote(const QuoteLines& lines, std::size_t start, std::size_t behind, bool attributed) {
  return split_known_quote(lines, start, behind, attributed, has_quoted_line(lines, behind, lines.size()));
}

/// The line at which the attribution above line `first` begins, whatever its language: what stands directly above a
/// quote and ends in a colon.
std::size_t include_attribution(const QuoteLines& lines, std::size_t first) {
  std::size_t above = first;
  while (above > 0 && (lines.blank(above - 1) || lines.rule(above - 1))) --above;
  if (above == 0) return first;
  const auto attribution = read_attribution(lines, above - 1, 0, AttributionDue::before_quote);
  if (attribution) return attribution->first;
  return lines.rule(above) ? above : first;
}

QuoteSplit split_by_hint(const QuoteLines& lines, const QuoteHints::Quote& quote, bool forward_subject) {
  if (quote.forward || forward_subject) return whole(lines, true, true);
  return split_known_quote(lines, include_attribution(lines, quote.first), quote.behind, true, quote.several);
}

/// What the first visible of the quoted lines at `i` introduces, if anything.
std::optional<QuoteMarker::Kind> introduction_inside(const QuoteLines& lines, std::size_t i) {
  const std::size_t last = std::min(lines.size(), i + 4);
  for (std::size_t n = i; n < last; ++n) {
    const std::string_view content = without_quote_marks(lines.at(n));
    if (content.empty()) continue;
    if (const auto kind = quoted_mail_begins(content)) return kind;
    if (read_quoted_header_block(lines, n)) return QuoteMarker::Kind::header_block;
    return std::nullopt;
  }
  return std::nullopt;
}

bool starts_forward(QuoteMarker::Kind kind, bool forward_subject) {
  return kind == QuoteMarker::Kind::forward || (forward_subject && kind != QuoteMarker::Kind::attribution);
}

std::size_t first_quoted_line(const QuoteLines& lines, std::size_t from, std::size_t last) {
  while (from < last && !lines.quoted(from)) ++from;
  return from;
}

/// The first paragraph that is a client's line and has text above it. What follows it was not written by the sender:
/// clients put that line at the end, and some quote without any mark.
std::size_t find_client_paragraph(const QuoteLines& lines, std::size_t last) {
  for (std::size_t i = 1; i + 1 < last; ++i) {
    if (lines.blank(i) || !lines.blank(i - 1) || !lines.blank(i + 1)) continue;
    if (!is_client_line(lines.at(i)) || all_blank(lines, 0, i)) continue;
    return i;
  }
  return last;
}

QuoteSplit split_at_marker(const QuoteLines& lines, const QuoteMarker& marker) {
  const std::size_t body = lines.next_visible(marker.last);
  if (body < lines.size() && lines.quoted(body))
    return split_marked_quote(lines, marker.first, quote_block_end(lines, body), true);
  // Without ">" nobody can answer below a line of the quote: all of the rest is quoted.
  if (!all_blank(lines, 0, marker.first)) return only({0, marker.first});
  return whole(lines, true);
}

/// "Here is my log:" above ">" lines: the sender shows them, they are no mail that is answered.
bool is_introduced_by_sender(const QuoteLines& lines, std::size_t quoted) {
  std::size_t above = quoted;
  while (above > 0 && lines.blank(above - 1)) --above;
  if (above == 0) return false;
  const std::string_view line = lines.at(above - 1);
  if (line.back() != ':' && !text::iends_with(line, "：")) return false;
  return !read_attribution(lines, above - 1, 0, AttributionDue::before_quote);
}

}  // namespace

bool is_attributed_quote(const QuoteLines& lines, std::size_t first, bool answer) {
  if (introduction_inside(lines, first)) return true;
  std::size_t above = first;
  while (above > 0 && (lines.blank(above - 1) || lines.rule(above - 1))) --above;
  if (above == 0) return false;
  if (quoted_mail_begins(lines.at(above - 1))) return true;
  return answer && read_attribution(lines, above - 1, 0, AttributionDue::before_quote);
}

QuoteSplit split_quote(const QuoteLines& lines, const QuoteSigns& signs, const QuoteHints& hints) {
  const std::optional<QuoteMarker> marker = find_quote_marker(lines, 0, signs.answer);
  const std::size_t before = marker ? marker->first : lines.size();
  const std::size_t quoted = first_quoted_line(lines, 0, before);
  if (hints.quote && hints.quote->first < std::min(before, quoted + 1))
    return split_by_hint(lines, *hints.quote, signs.forward);
  if (quoted < before) {
    // ">" lines above the first marker: the sender's own pick, or a quote that carries its introduction inside.
    const std::size_t behind = quote_block_end(lines, quoted);
    const std::optional<QuoteMarker::Kind> inside = introduction_inside(lines, quoted);
    if (inside && starts_forward(*inside, signs.forward)) return whole(lines, true, true);
    if (!marker && !inside && is_introduced_by_sender(lines, quoted)) return whole(lines, false);
    if (!marker || inside || behind >= before) return split_marked_quote(lines, quoted, behind, inside.has_value());
  }
  if (!marker) {
    const std::size_t client = find_client_paragraph(lines, lines.size());
    return client < lines.size() ? only({0, client + 1}) : whole(lines, false);
  }
  return starts_forward(marker->kind, signs.forward) ? whole(lines, true, true) : split_at_marker(lines, *marker);
}

}  // namespace poller
