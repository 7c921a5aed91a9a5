#include "parsers/boundary.h"

#include <cstring>

#include "base/text.h"
#include "parsers/text_lines.h"

namespace poller {
namespace {

std::string_view without_blanks_behind(std::string_view s) noexcept {
  return s.substr(0, s.find_last_not_of(" \t") + 1);  // npos + 1 is 0
}

// What stands in a line where a boundary may.
struct Candidate {
  explicit Candidate(std::string_view s) noexcept : content(s), key(boundary_key(s)) {}
  // Of a boundary that was cut, the length has to be the same all the same.
  [[nodiscard]] bool fits(const OpenMultipart& multipart) const noexcept {
    if (content.size() != multipart.whole_size || multipart.boundary.empty()) return false;
    const bool whole = multipart.boundary.size() == multipart.whole_size;
    return (!whole || key == multipart.key) && content.starts_with(multipart.boundary);
  }
  std::string_view content;
  std::uint64_t key;
};

bool is_line_start(std::string_view raw, std::size_t pos) noexcept {
  return pos == 0 || raw[pos - 1] == '\n' || raw[pos - 1] == '\r';
}

}  // namespace

std::uint64_t boundary_key(std::string_view boundary) noexcept {
  std::uint64_t key = 14695981039346656037U;  // FNV-1a
  for (const char c : boundary) key = (key ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return key;
}

BoundaryLine boundary_line_at(std::string_view raw, std::size_t pos, const std::vector<OpenMultipart>& open) {
  BoundaryLine out;
  if (raw.compare(pos, 2, "--") != 0) return out;
  const std::size_t end = line_end(raw, pos);
  const Candidate delimiter(without_blanks_behind(raw.substr(pos + 2, end - pos - 2)));
  if (delimiter.content.empty()) return out;
  // Blanks at the end of a boundary were taken off, so they may stand before the "--" that closes.
  const bool may_close = delimiter.content.ends_with("--");
  const Candidate closer(may_close ? without_blanks_behind(delimiter.content.substr(0, delimiter.content.size() - 2))
                                   : std::string_view());
  for (std::size_t level = open.size(); level-- > 0;) {
    const auto& multipart = open[level];
    const bool delimits = delimiter.fits(multipart);
    const bool closes = !delimits && may_close && closer.fits(multipart);
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
