#include "parsers/boundary.h"

#include <cstring>

#include "base/text.h"
#include "parsers/text_lines.h"

namespace poller {
namespace {

std::string_view without_blanks_behind(std::string_view s) noexcept {
  return s.substr(0, s.find_last_not_of(" \t") + 1);  // npos + 1 is 0
}

// Of a boundary that was cut, the length has to be the same all the same. Lengths differ nearly always, which is known
// without a look at the bytes: there may be millions of such lines within many multiparts.
bool fits_boundary(std::string_view content, const OpenMultipart& multipart) noexcept {
  return content.size() == multipart.whole_size && !multipart.boundary.empty() &&
         content.starts_with(multipart.boundary);
}

bool is_line_start(std::string_view raw, std::size_t pos) noexcept {
  return pos == 0 || raw[pos - 1] == '\n' || raw[pos - 1] == '\r';
}

}  // namespace

BoundaryLine boundary_line_at(std::string_view raw, std::size_t pos, const std::vector<OpenMultipart>& open) {
  BoundaryLine out;
  if (raw.compare(pos, 2, "--") != 0) return out;
  const std::size_t end = line_end(raw, pos);
  const std::string_view content = without_blanks_behind(raw.substr(pos + 2, end - pos - 2));
  // Blanks at the end of a boundary were taken off, so they may stand before the "--" that closes.
  const bool may_close = content.ends_with("--");
  const std::string_view closed =
      may_close ? without_blanks_behind(content.substr(0, content.size() - 2)) : std::string_view();
  for (std::size_t level = open.size(); level-- > 0;) {
    const auto& multipart = open[level];
    const bool delimits = fits_boundary(content, multipart);
    const bool closes = !delimits && may_close && fits_boundary(closed, multipart);
    if ((!delimits && !closes) || (multipart.closed && out.found)) continue;
    out = {pos, next_line(raw, end), level, closes, true};
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
