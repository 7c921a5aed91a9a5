#include "parsers/calendar_lines.h"

#include <algorithm>

#include "base/text.h"

namespace poller {
namespace {

constexpr std::size_t kMaxCalendarLine = 8 * 1024;

std::string upper_case(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = text::upper(c);
  return out;
}

// One physical line without its end (CRLF, LF, bare CR).
std::string_view physical_line(std::string_view ics, std::size_t& pos) noexcept {
  const std::size_t end = std::min(ics.find_first_of("\r\n", pos), ics.size());
  const std::string_view line = ics.substr(pos, end - pos);
  pos = end;
  if (pos < ics.size() && ics[pos] == '\r') ++pos;
  if (pos < ics.size() && ics[pos] == '\n' && (pos == end || ics[pos - 1] == '\r')) ++pos;
  return line;
}

std::string unfolded_line(std::string_view ics, std::size_t& pos) {
  std::string line(physical_line(ics, pos));
  const auto is_soft_break = [&] {  // quoted-printable of vCalendar 1.0
    return line.ends_with('=') && text::icontains(std::string_view(line).substr(0, 200), "QUOTED-PRINTABLE");
  };
  while (pos < ics.size()) {
    const bool folded = ics[pos] == ' ' || ics[pos] == '\t';
    const bool soft_break = is_soft_break();
    if (!folded && !soft_break) break;
    std::string_view more = physical_line(ics, pos);
    if (soft_break) {
      line.pop_back();
    } else {
      more.remove_prefix(1);
    }
    if (line.size() < kMaxCalendarLine) line += more;
  }
  line.resize(text::utf8_prefix(line, kMaxCalendarLine).size());
  return line;
}

// ";KEY=value" pairs up to the colon outside quotes; returns the colon's place or npos.
std::size_t read_calendar_parameters(std::string_view line, std::size_t pos, CalendarLine& out) {
  while (pos < line.size() && line[pos] == ';') {
    const std::size_t begin = ++pos;
    bool quoted = false;
    std::size_t equals = std::string_view::npos;
    for (; pos < line.size() && (quoted || (line[pos] != ';' && line[pos] != ':')); ++pos) {
      if (line[pos] == '"') quoted = !quoted;
      if (line[pos] == '=' && equals == std::string_view::npos) equals = pos;
    }
    const std::size_t name_end = equals == std::string_view::npos ? pos : equals;
    std::string value;
    if (equals != std::string_view::npos) {
      for (const char c : line.substr(equals + 1, pos - equals - 1)) {
        if (c != '"') value += c;
      }
    }
    if (out.parameters.size() < 32) {
      out.parameters.emplace_back(upper_case(line.substr(begin, name_end - begin)), std::move(value));
    }
  }
  return pos < line.size() ? pos : std::string_view::npos;
}

int hex_digit(char c) noexcept {
  if (text::is_digit(c)) return c - '0';
  const char l = text::lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

std::string from_quoted_printable(std::string_view s) {
  std::string out;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '=' && i + 2 < s.size() && hex_digit(s[i + 1]) >= 0 && hex_digit(s[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(s[i + 1]) * 16 + hex_digit(s[i + 2]));
      i += 2;
    } else {
      out += s[i];
    }
  }
  return out;
}

}  // namespace

std::string_view CalendarLine::parameter(std::string_view key) const noexcept {
  for (const auto& [name_, value_] : parameters) {
    if (name_ == key) return value_;
  }
  return {};
}

std::optional<CalendarLine> take_calendar_line(std::string_view ics, std::size_t& pos) {
  while (pos < ics.size()) {
    const std::string line = unfolded_line(ics, pos);
    const std::size_t name_end = line.find_first_of(";:");
    if (name_end == std::string::npos || name_end == 0) continue;
    CalendarLine out;
    std::string_view name = text::trim(std::string_view(line).substr(0, name_end));
    if (const auto group = name.rfind('.'); group != std::string_view::npos) name.remove_prefix(group + 1);
    out.name = upper_case(name);
    std::size_t colon = read_calendar_parameters(line, name_end, out);
    if (colon == std::string::npos) {  // a quote that never ends: the first colon will do
      colon = line.find(':');
      if (colon == std::string::npos) continue;
    }
    out.value = line.substr(colon + 1);
    return out;
  }
  return std::nullopt;
}

std::string calendar_text(const CalendarLine& line, std::size_t limit) {
  const bool quoted_printable = text::iequals(line.parameter("ENCODING"), "QUOTED-PRINTABLE");
  const std::string value = text::to_valid_utf8(quoted_printable ? from_quoted_printable(line.value) : line.value);
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    char c = value[i];
    if (c == '\\' && i + 1 < value.size()) {
      c = value[++i];
      if (c == 'n' || c == 'N') c = ' ';
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c;
  }
  std::string_view cut = text::trim(text::utf8_prefix(out, limit));
  return cut.size() < text::trim(out).size() ? std::string(cut) + "…" : std::string(cut);
}

}  // namespace poller
