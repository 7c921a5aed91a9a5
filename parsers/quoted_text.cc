#include "parsers/quoted_text.h"

#include "base/text.h"
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

}  // namespace

NewText new_text(std::string_view text, std::string_view html, std::string_view subject) {
  (void)html;
  NewText result;
  const QuoteLines lines(text);
  const QuoteSplit split = split_quote(lines, is_forward_subject(subject));
  std::string signature;
  for (const LineRange& range : split.kept) {
    const std::size_t end = split.forwarded ? range.last : find_signature(lines, range.first, range.last);
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
