#include "parsers/boundary.h"

#include <cstring>

#include "base/text.h"
#include "parsers/text_lines.h"

namespace poller {
namespace {

bool only_blanks(std::string_view s) noexcept { return s.find_first_not_of(" \t") == std::string_view::npos; }

enum class Fit { none, delimiter, closing };

// `line` is what stands after "--", to its end.
Fit fit_boundary(std::string_view line, const OpenMultipart& multipart) noexcept {
  std::string_view after = line.substr(multipart.boundary.size());
  if (multipart.whole_size > multipart.boundary.size()) {
    const std::size_t cut = multipart.whole_size - multipart.boundary.size();
    if (after.size() < cut) return Fit::none;
    after.remove_prefix(cut);
  }
  if (only_blanks(after)) return Fit::delimiter;
  return after.starts_with("--") && only_blanks(after.substr(2)) ? Fit::closing : Fit::none;
}

bool is_line_start(std::string_view raw, std::size_t pos) noexcept {
  return pos == 0 || raw[pos - 1] == '\n' || raw[pos - 1] == '\r';
}

}  // namespace

BoundaryLine boundary_line_at(std::string_view raw, std::size_t pos, const std::vector<OpenMultipart>& open) {
  BoundaryLine out;
  if (raw.compare(pos, 2, "--") != 0) return out;
  const std::string_view rest = raw.substr(pos + 2);
  std::size_t end = 0;
  for (std::size_t level = open.size(); level-- > 0;) {
    const auto& multipart = open[level];
    if (multipart.boundary.empty() || !rest.starts_with(multipart.boundary)) continue;
    if (end == 0) end = line_end(raw, pos);
    if (pos + 2 + multipart.boundary.size() > end) continue;
    const Fit fit = fit_boundary(raw.substr(pos + 2, end - pos - 2), multipart);
    if (fit == Fit::none || (multipart.closed && out.found)) continue;
    out = {pos, next_line(raw, end), level, fit == Fit::closing, true};
    if (!multipart.closed) break;
  }
  return out;
}

BoundaryLine find_boundary_line(std::string_view raw, std::size_t pos, const std::vector<OpenMultipart>& open) {
  // Hyphens are rarer than line ends (base64 has none at all), so they are what is looked for.
  while (!open.empty() && pos < raw.size()) {
    const void* const hit = std::memchr(raw.data() + pos, '-', raw.size() - pos);
    if (hit == nullptr) break;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(hit) - raw.data());
    if (is_line_start(raw, at)) {
      const BoundaryLine line = boundary_line_at(raw, at, open);
      if (line.found) return line;
    }
    pos = at + 1;
    while (pos < raw.size() && raw[pos] == '-') ++pos;
  }
  return {};
}

std::string_view guess_boundary(std::string_view raw, std::size_t begin, std::size_t end, std::size_t longest) {
  for (std::size_t pos = begin; pos < end;) {
    const TextLine line = line_at(raw, pos);
    if (line.content.size() > 2 && line.content.size() <= longest + 2 && line.content.starts_with("--") &&
        text::istarts_with(raw.substr(line.next, end - std::min(end, line.next)), "content-")) {
      return line.content.substr(2, line.content.find_last_not_of(" \t") - 1);
    }
    pos = line.next;
  }
  return {};
}

}  // namespace poller
