#include "parsers/flowed.h"

namespace poller {

namespace {

struct FlowedLine {
  std::size_t depth = 0;
  std::string_view content;  // quote marks and stuffing taken off
};

/// Cuts the next line off `rest`, whatever ends it.
std::string_view take_flowed_line(std::string_view& rest) {
  const std::size_t end = rest.find_first_of("\r\n");
  const std::string_view line = rest.substr(0, end);
  if (end == std::string_view::npos) {
    rest = {};
  } else {
    const bool crlf = rest[end] == '\r' && end + 1 < rest.size() && rest[end + 1] == '\n';
    rest.remove_prefix(end + (crlf ? 2 : 1));
  }
  return line;
}

FlowedLine read_flowed_line(std::string_view line) {
  FlowedLine result;
  while (result.depth < line.size() && line[result.depth] == '>') ++result.depth;
  result.content = line.substr(result.depth);
  if (!result.content.empty() && result.content.front() == ' ') result.content.remove_prefix(1);
  return result;
}

void begin_line(std::string& out, std::size_t depth, std::string_view content) {
  out.append(depth, '>');
  if (depth > 0 && !content.empty()) out += ' ';
}

}  // namespace

std::string unflow(std::string_view text, bool delsp) {
  std::string out;
  out.reserve(text.size());
  bool open = false;  // the last line ended in a soft break
  std::size_t open_depth = 0;
  while (!text.empty()) {
    const FlowedLine line = read_flowed_line(take_flowed_line(text));
    const bool separator = line.content == "-- " || line.content == "--";
    // RFC 3676 section 4.5: a soft break before another depth or before a signature separator is none. Nor is one
    // before an empty line: clients that leave a blank at the end of a paragraph mean the empty line to be seen.
    if (open && (line.depth != open_depth || separator || line.content.empty())) {
      out += '\n';
      open = false;
    }
    if (!open) begin_line(out, line.depth, line.content);
    const bool flowed = !separator && !line.content.empty() && line.content.back() == ' ';
    out += flowed && delsp ? line.content.substr(0, line.content.size() - 1) : line.content;
    if (!flowed) out += '\n';
    open = flowed;
    open_depth = line.depth;
  }
  if (open) out += '\n';
  return out;
}

}  // namespace poller
