#include "parsers/uuencode.h"

#include <algorithm>

#include "base/text.h"
#include "parsers/text_lines.h"

namespace poller {
namespace {

unsigned uu_value(char c) noexcept { return (static_cast<unsigned char>(c) - 32U) & 63U; }

// Whether a line can be one of data: its first character gives the number of bytes, and there are as many characters
// as they need. Blanks at its end may have been lost on the way, a checksum character may follow.
bool is_uu_data(std::string_view line) noexcept {
  if (line.empty() || line.front() < ' ' || line.front() > '`') return false;
  const std::size_t needed = (uu_value(line.front()) + 2) / 3 * 4;
  if (line.size() - 1 > needed + 2) return false;
  const auto valid = [](char c) { return c >= ' ' && c <= '`'; };
  return std::all_of(line.begin(), line.end(), valid) && line.size() - 1 + 8 > needed;
}

void uu_line(std::string_view line, ByteBlocks& out) {
  const std::size_t bytes = uu_value(line.front());
  line.remove_prefix(1);
  const auto digit = [&](std::size_t i) { return i < line.size() ? uu_value(line[i]) : 0U; };
  for (std::size_t done = 0, i = 0; done < bytes; i += 4) {
    const unsigned v = digit(i) << 18 | digit(i + 1) << 12 | digit(i + 2) << 6 | digit(i + 3);
    for (int shift = 16; shift >= 0 && done < bytes; shift -= 8, ++done)
      out.append(static_cast<char>(v >> shift & 0xff));
  }
}

// "begin 644 name": the name, or nothing when it is no such line.
std::optional<std::string_view> uu_begin(std::string_view line) {
  if (!line.starts_with("begin")) return std::nullopt;
  line.remove_prefix(5);
  if (line.starts_with("-base64")) return std::nullopt;
  std::size_t pos = line.find_first_not_of(' ');
  if (pos == 0 || pos == std::string_view::npos) return std::nullopt;
  const std::size_t mode = pos;
  while (pos < line.size() && line[pos] >= '0' && line[pos] <= '7') ++pos;
  if (pos - mode < 3 || pos - mode > 5 || pos == line.size() || line[pos] != ' ') return std::nullopt;
  const std::string_view name = text::trim(line.substr(pos));
  return name.empty() ? std::nullopt : std::optional(name);
}

bool is_uu_end(std::string_view line) noexcept { return text::trim(line) == "end"; }

std::size_t find_line_with(std::string_view text, std::string_view start, std::size_t from) {
  for (std::size_t pos = text.find(start, from); pos != std::string_view::npos; pos = text.find(start, pos + 1)) {
    if (pos == 0 || text[pos - 1] == '\n' || text[pos - 1] == '\r') return pos;
  }
  return std::string_view::npos;
}

// Where the lines of data that start at `pos` end, "end" line included.
std::size_t end_of_uu_data(std::string_view text, std::size_t pos) {
  while (pos < text.size()) {
    const TextLine line = line_at(text, pos);
    const bool end = is_uu_end(line.content);
    if (!end && !is_uu_data(line.content)) break;
    pos = line.next;
    if (end) break;
  }
  return pos;
}

}  // namespace

TransferResult read_uuencode(std::string_view in, ByteBlocks& out) {
  TransferResult result;
  std::size_t pos = 0;
  for (std::size_t at = find_line_with(in, "begin ", 0); at != std::string_view::npos;
       at = find_line_with(in, "begin ", at + 1)) {
    const TextLine line = line_at(in, at);
    if (!uu_begin(line.content)) continue;
    pos = line.next;
    break;
  }
  result.truncated = true;
  while (pos < in.size()) {
    const TextLine line = line_at(in, pos);
    pos = line.next;
    if (is_uu_end(line.content)) {
      result.truncated = false;
      break;
    }
    if (is_uu_data(line.content)) {
      uu_line(line.content, out);
    } else {
      result.junk += line.content.size();
    }
  }
  return result;
}

std::vector<UuBlock> find_uuencode(std::string_view text, std::size_t limit) {
  std::vector<UuBlock> out;
  std::size_t at = find_line_with(text, "begin ", 0);
  while (at != std::string_view::npos && out.size() < limit) {
    const TextLine first = line_at(text, at);
    const auto name = uu_begin(first.content);
    const std::size_t end = name ? end_of_uu_data(text, first.next) : first.next;
    if (end > first.next) out.push_back({at, end, std::string(*name)});
    at = find_line_with(text, "begin ", end);
  }
  return out;
}

}  // namespace poller
