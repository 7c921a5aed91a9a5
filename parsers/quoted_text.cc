#include "parsers/quoted_text.h"

#include <algorithm>
#include "base/text.h"

#include "parsers/quote_hints.h"
#include "parsers/quote_lines.h"
#include "parsers/quote_split.h"
#include "parsers/signature.h"
#include "parsers/subject_base.h"

namespace poller {

namespace {

void append_paragraph(std::string& out, const std::string& paragraph) {
  if (!out.empty() && !paragraph.empty()) out += "\n\n";
  out += paragraph;
}

/// Where the signature of a kept range begins: by the text, or earlier where the HTML names it and nothing of the
/// sender's follows it.
std::size_t signature_line(const QuoteLines& lines, const LineRange& range, const QuoteHints& hints) {
  const std::size_t by_text = find_signature(lines, range.first, range.last);
  if (!hints.signature || *hints.signature <= lines.next_visible(range.first) || *hints.signature >= by_text)
    return by_text;
  const bool last = lines.next_visible(std::min(hints.signature_behind, range.last)) >= by_text;
  return last ? *hints.signature : by_text;
}

}  // namespace

NewText new_text(std::string_view text, std::string_view html, std::string_view subject) {
  NewText result;
  const QuoteLines lines(text);
  const QuoteHints hints = read_quote_hints(lines, text, html);
  const QuoteSplit split = split_quote(lines, is_forward_subject(subject), hints);
  std::string signature;
  for (const LineRange& range : split.kept) {
    const std::size_t end = split.forwarded ? range.last : signature_line(lines, range, hints);
    append_paragraph(result.text, lines.join(range.first, end));
    append_paragraph(signature, lines.join(end, range.last));
  }
  if (result.text.empty()) {
    result.text = lines.join(0, lines.size());
    return result;
  }
  if (!signature.empty()) result.signature = std::move(signature);
  return result;
}

}  // namespace poller
