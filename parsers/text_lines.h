// A text line by line, whatever ends its lines.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace poller {

/// Where the line that goes on at `pos` ends: the position of its CR or LF, or text.size().
inline std::size_t line_end(std::string_view text, std::size_t pos) noexcept {
  // In windows, so that a text with one kind of line end alone is not searched to its end for the other.
  constexpr std::size_t kWindow = 256;
  for (; pos < text.size(); pos += kWindow) {
    const std::string_view window = text.substr(pos, kWindow);
    const std::size_t lf = std::min(window.find('\n'), window.size());
    const std::size_t end = std::min(window.substr(0, lf).find('\r'), lf);
    if (end < window.size()) return pos + end;
  }
  return text.size();
}

/// Where the line after the one that ends at `end` starts. Lines end in LF, CRLF or a bare CR; CR CR LF, a CRLF that
/// was converted twice, is one line end too.
inline std::size_t next_line(std::string_view text, std::size_t end) noexcept {
  if (end >= text.size()) return text.size();
  std::size_t cr = 0;
  while (cr < 2 && end + cr < text.size() && text[end + cr] == '\r') ++cr;
  if (end + cr < text.size() && text[end + cr] == '\n') return end + cr + 1;
  return end + 1;
}

/// A line without its end; `next` is where the following one starts.
struct TextLine {
  std::string_view content;
  std::size_t next = 0;
};

inline TextLine line_at(std::string_view text, std::size_t pos) noexcept {
  const std::size_t end = line_end(text, pos);
  return {text.substr(pos, end - pos), next_line(text, end)};
}

}  // namespace poller
