#include "parsers/quote_hints.h"

#include <algorithm>

#include "base/text.h"
#include "parsers/html_render.h"
#include "parsers/quote_markers.h"
#include "parsers/text_alignment.h"

namespace poller {

namespace {

using Kind = HtmlMark::Kind;

constexpr std::size_t kIntroduction = 400;  // bytes of rendered text between an attribution and its quote
constexpr std::size_t kMostIndented = 20;   // each is looked up in the text

/// A quote in the rendered HTML, with its attribution.
struct RenderedQuote {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool forward = false;
};

bool is_visible(std::string_view text, std::size_t begin, std::size_t end) {
  return begin < end && !text::trim(text.substr(begin, end - begin)).empty();
}

/// Whether a quote element holds a forwarded mail: clients use the same element for both.
bool introduces_forward(std::string_view text, const HtmlMark& mark) {
  std::string_view content = text::trim(text.substr(mark.begin, std::min(mark.end - mark.begin, kIntroduction)));
  content = without_quote_marks(content.substr(0, content.find('\n')));
  return quoted_mail_begins(content) == QuoteMarker::Kind::forward;
}

/// Whether a person wrote something between two quotes: the marks of quoted blank lines are nothing.
bool parts_quotes(std::string_view text, std::size_t begin, std::size_t end) {
  if (begin >= end) return false;
  std::string_view rest = trim_blanks(text.substr(begin, end - begin));
  while (!rest.empty() && rest.front() == '>') rest = trim_blanks(rest.substr(1));
  return !rest.empty();
}

std::vector<RenderedQuote> collect_quotes(const HtmlRendering& html) {
  std::vector<RenderedQuote> quotes;
  std::optional<std::size_t> attribution;
  std::size_t covered = 0;  // up to here all is quoted already
  for (const HtmlMark& mark : html.marks) {
    if (mark.begin < covered || mark.kind == Kind::signature || mark.kind == Kind::indent) continue;
    if (mark.kind == Kind::attribution) {
      attribution = mark.begin;
      continue;
    }
    RenderedQuote quote{mark.begin, mark.kind == Kind::quote_after ? html.text.size() : mark.end, false};
    quote.forward = mark.kind == Kind::forward || introduces_forward(html.text, mark);
    if (quote.end <= quote.begin) continue;
    if (attribution && quote.begin - *attribution <= kIntroduction) quote.begin = *attribution;
    attribution.reset();
    covered = quote.end;
    // Apple's mobile clients put the attribution into a quote of its own, and the mail into the next.
    if (!quotes.empty() && !parts_quotes(html.text, quotes.back().end, quote.begin))
      quotes.back().end = quote.end;
    else
      quotes.push_back(quote);
  }
  return quotes;
}

/// The outermost blockquotes outside of every quote. An attribution that a client marked makes one a quote.
std::vector<RenderedQuote> collect_indented(const HtmlRendering& html, const std::vector<RenderedQuote>& quotes) {
  std::vector<RenderedQuote> found;
  std::size_t covered = 0;
  auto quote = quotes.begin();
  for (const HtmlMark& mark : html.marks) {
    if (found.size() >= kMostIndented) break;
    while (quote != quotes.end() && quote->begin <= mark.begin) covered = std::max(covered, quote++->end);
    if (mark.begin < covered || mark.kind != Kind::indent || mark.end <= mark.begin) continue;
    covered = mark.end;
    found.push_back({mark.begin, mark.end, false});
  }
  return found;
}

/// The last signature that stands outside of every quote.
const HtmlMark* find_signature_mark(const HtmlRendering& html, const std::vector<RenderedQuote>& quotes) {
  const HtmlMark* found = nullptr;
  for (const HtmlMark& mark : html.marks) {
    if (mark.kind != Kind::signature || !is_visible(html.text, mark.begin, mark.end)) continue;
    const bool quoted = std::any_of(quotes.begin(), quotes.end(), [&](const RenderedQuote& quote) {
      return mark.begin >= quote.begin && mark.begin < quote.end;
    });
    if (!quoted) found = &mark;
  }
  return found;
}

std::size_t line_behind(const QuoteLines& lines, const TextAlignment& alignment, std::size_t offset,
                        std::size_t rendered_size) {
  if (offset >= rendered_size) return lines.size();
  const std::optional<std::size_t> place = alignment.find(offset);
  return place ? lines.line_of(*place) : lines.size();
}

/// The offset of the first visible character at or behind `offset`.
std::size_t skip_blanks_from(std::string_view text, std::size_t offset) {
  while (offset < text.size() && text::is_space(text[offset])) ++offset;
  return offset;
}

}  // namespace

QuoteHints read_quote_hints(const QuoteLines& lines, std::string_view text, std::string_view html) {
  QuoteHints hints;
  if (lines.size() == 0 || !has_html_marks(html)) return hints;
  const HtmlRendering rendering = render_html(html);
  if (rendering.marks.empty()) return hints;
  const std::string_view rendered = rendering.text;
  const TextAlignment alignment(rendered, text);
  const auto line_at = [&](std::size_t offset) -> std::optional<std::size_t> {
    const std::optional<std::size_t> place = alignment.find(skip_blanks_from(rendered, offset));
    if (!place) return std::nullopt;
    return lines.line_of(*place);
  };

  const std::vector<RenderedQuote> quotes = collect_quotes(rendering);
  if (!quotes.empty()) {
    if (const auto first = line_at(quotes.front().begin)) {
      const std::size_t behind =
          line_behind(lines, alignment, skip_blanks_from(rendered, quotes.front().end), rendered.size());
      hints.quote = QuoteHints::Quote{*first, std::max(*first + 1, behind), quotes.front().forward, quotes.size() > 1};
    }
  }
  for (const RenderedQuote& indented : collect_indented(rendering, quotes)) {
    const auto first = line_at(indented.begin);
    if (!first) continue;
    const std::size_t behind = line_behind(lines, alignment, skip_blanks_from(rendered, indented.end), rendered.size());
    hints.indented.push_back({*first, std::max(*first + 1, behind), false, false});
  }
  if (const HtmlMark* mark = find_signature_mark(rendering, quotes)) {
    hints.signature = line_at(mark->begin);
    hints.signature_behind = line_behind(lines, alignment, skip_blanks_from(rendered, mark->end), rendered.size());
  }
  return hints;
}

}  // namespace poller
