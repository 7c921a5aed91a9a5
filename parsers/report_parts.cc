#include "parsers/report_parts.h"

#include <algorithm>

#include "base/text.h"
#include "parsers/attachment_bytes.h"

namespace poller {
namespace {

// What mail programs put before each line of a returned header: blanks, and quote marks.
std::string_view without_leading_marks(std::string_view line) noexcept {
  std::size_t pos = 0;
  while (pos < line.size() && pos < 16 && (text::is_space(line[pos]) || line[pos] == '>' || line[pos] == '|')) ++pos;
  return line.substr(pos);
}

}  // namespace

std::string part_head(std::string_view raw, const Part& part, std::size_t limit) {
  Locator locator = part.body;
  if (locator.inside.empty()) locator.length = std::min<std::uint64_t>(locator.length, limit * 3);  // as encoded
  std::string bytes = attachment_bytes(raw, locator);
  bytes.resize(std::min(bytes.size(), limit));
  return text::to_valid_utf8(bytes);
}

std::string_view take_line(std::string_view text, std::size_t& pos) noexcept {
  const std::size_t end = std::min(text.find('\n', pos), text.size());
  std::string_view line = text.substr(pos, end - pos);
  pos = std::min(end + 1, text.size());
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<std::string> field_in_block(std::string_view block, std::string_view name) {
  for (std::size_t pos = 0; pos < block.size();) {
    const std::string_view line = take_line(block, pos);
    const std::string_view bare = without_leading_marks(line);
    if (!text::istarts_with(bare, name)) continue;
    std::string_view rest = text::trim(bare.substr(name.size()));
    if (!rest.starts_with(':')) continue;
    std::string value(text::trim(rest.substr(1)));
    const std::size_t margin = line.size() - bare.size();
    while (pos < block.size()) {  // folded: indented further than the field was
      std::size_t next = pos;
      const std::string_view more = take_line(block, next);
      const std::string_view content = without_leading_marks(more);
      if (content.empty() || more.size() - content.size() <= margin || value.size() > 2000) break;
      if (!value.empty()) value += ' ';
      value += text::trim(content);
      pos = next;
    }
    return value;
  }
  return std::nullopt;
}

std::optional<std::string> message_id_in(std::string_view value) {
  const auto open = value.find('<');
  if (open != std::string_view::npos) {
    const auto close = value.find('>', open);
    const std::string_view id =
        text::trim(value.substr(open + 1, close == std::string_view::npos ? close : close - open - 1));
    return id.empty() ? std::nullopt : std::optional<std::string>(id);
  }
  const std::string_view word = text::trim(value).substr(0, text::trim(value).find_first_of(" \t,;"));
  if (word.find('@') == std::string_view::npos) return std::nullopt;
  return std::string(word);
}

}  // namespace poller
