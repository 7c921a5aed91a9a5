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

/// "VS:" in the languages whose header blocks begin with "Fra:".
bool is_danish_forward(const QuoteLines& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = without_quote_marks(lines.at(i));
    if (text::istarts_with(line, "fra:") || text::istarts_with(line, "*fra:") || text::istarts_with(line, "frå:"))
      return true;
  }
  return false;
}

QuoteSigns read_signs(const QuoteLines& lines, const MailFacts& mail) {
  const SubjectSays says = what_subject_says(mail.subject);
  QuoteSigns signs;
  signs.forward = says == SubjectSays::forward || (says == SubjectSays::either && is_danish_forward(lines));
  signs.answer = mail.refers || says != SubjectSays::nothing || text::trim(mail.subject).empty();
  return signs;
}

}  // namespace

NewText new_text(std::string_view text, std::string_view html, const MailFacts& mail) {
  NewText result;
  QuoteLines lines(text);
  const QuoteHints hints = read_quote_hints(lines, text, html);
  const QuoteSigns signs = read_signs(lines, mail);
  for (const QuoteHints::Quote& indented : hints.indented)
    if (!is_attributed_quote(lines, indented.first, signs.answer)) lines.set_own(indented.first, indented.behind);
  const QuoteSplit split = split_quote(lines, signs, hints);
  std::string signature;
  for (const LineRange& range : split.kept) {
    const std::size_t end = split.forwarded ? range.last : signature_line(lines, range, hints);
    append_paragraph(result.text, lines.join(range.first, end));
    const std::size_t postscript = end < range.last ? find_postscript(lines, end, range.last) : range.last;
    const std::size_t behind = find_signature(lines, postscript, range.last);
    append_paragraph(result.text, lines.join(postscript, behind));
    append_paragraph(signature, lines.join(end, postscript));
    append_paragraph(signature, lines.join(behind, range.last));
  }
  if (result.text.empty()) {
    result.text = lines.join(0, lines.size());
    return result;
  }
  if (!signature.empty()) result.signature = std::move(signature);
  return result;
}

}  // namespace poller
