#include "parsers/encode_body.h"

#include <algorithm>

#include "base/text.h"

namespace poller {
namespace {

constexpr std::size_t kFlowedLine = 76;
constexpr std::size_t kEncodedLine = 76;  // RFC 2045 section 6.7

template <class Visit>
void each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const auto end = text.find("\r\n");
    visit(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  }
}

// A line that would be taken for something else gets a blank before it (RFC 3676 section 4.4).
bool needs_stuffing(std::string_view line) { return line.starts_with(' ') || line.starts_with("From "); }

void flow_line(std::string& out, std::string_view line) {
  const bool quoted = line.starts_with('>');
  if (line != "-- ") {
    while (line.ends_with(' ')) line.remove_suffix(1);  // a blank at the end would be a soft break
  }
  while (true) {
    std::string_view piece = line;
    if (!quoted && line.size() > kFlowedLine) {
      auto cut = line.rfind(' ', kFlowedLine - 1);
      if (cut == std::string_view::npos || cut == 0) cut = line.find(' ', kFlowedLine);
      if (cut != std::string_view::npos && cut + 1 < line.size()) piece = line.substr(0, cut + 1);
    }
    if (needs_stuffing(piece)) out += ' ';
    out += piece;
    out += "\r\n";
    if (piece.size() == line.size()) return;
    line.remove_prefix(piece.size());
  }
}

}  // namespace

std::string canonical_text(std::string_view given) {
  const std::string valid = text::to_valid_utf8(given);
  std::string out;
  out.reserve(valid.size() + valid.size() / 32 + 2);
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const char c = valid[i];
    if (c == '\r' || c == '\n') {
      if (c == '\r' && i + 1 < valid.size() && valid[i + 1] == '\n') ++i;
      out += "\r\n";
    } else if (c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)) {
      out += c;
    }
  }
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out;
}

std::string flow(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  each_line(text, [&](std::string_view line) { flow_line(out, line); });
  return out;
}

std::string encode_quoted_printable(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  each_line(text, [&](std::string_view line) {
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      const bool last = i + 1 == line.size();
      const bool blank = c == ' ' || c == '\t';
      // A dot or "From " at a line's start is left to no relay's mercy.
      const bool risky = column == 0 && (c == '.' || (c == 'F' && line.substr(i).starts_with("From ")));
      const bool plain = c >= '!' && c <= '~' && c != '=' && !risky;
      const std::size_t width = plain || (blank && !last) ? 1 : 3;
      if (column + width > kEncodedLine - (last ? 0 : 1)) {
        out += "=\r\n";
        column = 0;
      }
      if (width == 1) {
        out += c;
      } else {
        out += '=';
        out += kDigits[static_cast<unsigned char>(c) >> 4];
        out += kDigits[static_cast<unsigned char>(c) & 15];
      }
      column += width;
    }
    out += "\r\n";
  });
  return out;
}

std::string encode_base64_lines(std::string_view bytes) {
  constexpr std::size_t kBytes = 57;  // 76 digits
  std::string out;
  out.reserve(bytes.size() / 3 * 4 + bytes.size() / 28 + 8);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(kBytes, bytes.size()))) {
    out += text::base64(bytes.substr(0, kBytes));
    out += "\r\n";
  }
  return out;
}

bool fits_7bit(std::string_view text) noexcept {
  std::size_t column = 0;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
    column = c == '\n' ? 0 : column + 1;
    if (column > 79) return false;
  }
  return true;
}

}  // namespace poller
