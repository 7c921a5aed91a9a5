#include "parsers/quoted_printable.h"

#include <cstring>

#include "base/text.h"

namespace poller {
namespace {

std::size_t find_byte(std::string_view s, char c) noexcept {
  const void* const found = s.empty() ? nullptr : std::memchr(s.data(), c, s.size());
  return found == nullptr ? s.size() : static_cast<std::size_t>(static_cast<const char*>(found) - s.data());
}

std::string_view without_trailing_blanks(std::string_view line) noexcept {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  return line;
}

// What a "=" that no two digits follow stands for. Returns how many bytes after it were taken.
std::size_t soft_break(std::string_view rest, bool& is_break) noexcept {
  std::size_t n = 0;
  while (n < rest.size() && (rest[n] == ' ' || rest[n] == '\t')) ++n;
  is_break = n == rest.size() || rest[n] == '\r' || rest[n] == '\n';
  if (!is_break) return 0;
  if (n < rest.size() && rest[n] == '\r') ++n;
  if (n < rest.size() && rest[n] == '\n') ++n;
  return n;
}

// One line without its LF. True when it ended in a soft break, so that the LF is none.
bool qp_line(std::string_view line, ByteBlocks& out, TransferResult& result) {
  for (;;) {
    const std::size_t equals = find_byte(line, '=');
    out.append(line.substr(0, equals));
    if (equals == line.size()) return false;
    line.remove_prefix(equals + 1);
    const int high = !line.empty() ? hex_digit(line[0]) : -1;
    const int low = line.size() > 1 ? hex_digit(line[1]) : -1;
    if (high >= 0 && low >= 0) {
      out.append(static_cast<char>(high << 4 | low));
      line.remove_prefix(2);
      continue;
    }
    bool is_break = false;
    line.remove_prefix(soft_break(line, is_break));
    if (is_break && line.empty()) return true;
    if (!is_break) {
      out.append('=');
      ++result.junk;
    }
  }
}

}  // namespace

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

TransferResult read_quoted_printable(std::string_view in, ByteBlocks& out) {
  TransferResult result;
  while (!in.empty()) {
    const std::size_t length = find_byte(in, '\n');
    const bool has_lf = length < in.size();
    std::string_view line = in.substr(0, length);
    in.remove_prefix(length + (has_lf ? 1 : 0));
    const bool has_cr = !line.empty() && line.back() == '\r';
    if (has_cr) line.remove_suffix(1);
    if (qp_line(without_trailing_blanks(line), out, result)) continue;
    if (has_cr) out.append('\r');
    if (has_lf) out.append('\n');
  }
  return result;
}

}  // namespace poller
