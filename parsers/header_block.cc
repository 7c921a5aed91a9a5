#include "parsers/header_block.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "parsers/text_lines.h"

namespace poller {
namespace {

bool is_wsp(char c) noexcept { return c == ' ' || c == '\t'; }

bool is_blank_line(std::string_view line) noexcept { return line.find_first_not_of(" \t") == std::string_view::npos; }

// Whether the name is one that mail has, rather than the first word of a text ("Note: ...").
bool is_plausible_field(std::string_view line) noexcept {
  static constexpr std::array kNames = std::to_array<std::string_view>(
      {"received", "date", "from", "to", "cc", "bcc", "subject", "sender", "references", "organization", "importance",
       "priority", "precedence", "comments", "keywords", "encoding", "lines", "status"});
  constexpr std::size_t kLongestPlausible = 70;
  const std::size_t length = field_name_length(line);
  if (length == 0 || length > kLongestPlausible) return false;
  const std::string_view name = line.substr(0, length);
  const auto in_names = [](char c) { return text::is_alnum(c) || c == '-' || c == '_'; };
  if (!std::all_of(name.begin(), name.end(), in_names)) return false;
  if (name.find('-') != std::string_view::npos) return name.front() != '-' && name.front() != '>';
  for (const std::string_view known : kNames) {
    if (text::iequals(known, name)) return true;
  }
  return false;
}

class HeaderReader {
 public:
  HeaderReader(std::string_view raw, std::size_t pos, const ParseLimits& limits,
               const std::function<bool(std::size_t)>& is_boundary, Defects& defects)
      : raw_(raw), start_(pos), limits_(limits), is_boundary_(is_boundary), defects_(defects) {}

  HeaderBlock read() {
    std::size_t pos = start_;
    while (pos < raw_.size()) {
      const TextLine line = line_at(raw_, pos);
      if (line.content.empty()) {
        pos = line.next;
        break;
      }
      if (ends_before(pos, line)) break;
      if (is_blank_line(line.content) && ends_after(line)) {
        pos = line.next;
        break;
      }
      take(line.content, pos);
      pos = line.next;
    }
    finish_field();
    block_.body = pos;
    return std::move(block_);
  }

 private:
  // Boundary lines, and the first line of a body that no empty line precedes.
  bool ends_before(std::size_t pos, const TextLine& line) {
    if (line.content.starts_with("--") && is_boundary_(pos)) return true;
    if (is_field_line(line.content) || is_mbox_line(line.content) || is_misspelt_field(line)) return false;
    if (pos < last_plausible(pos)) return false;
    defects_.add("no empty line between header and body");
    return true;
  }

  // A line of blanks continues a field, but not where a body follows it.
  bool ends_after(const TextLine& line) {
    if (line.next >= raw_.size()) return true;
    const TextLine next = line_at(raw_, line.next);
    return !next.content.empty() && !is_field_line(next.content);
  }

  // Fields, and lines that continue one.
  [[nodiscard]] bool is_field_line(std::string_view line) const {
    if (!line.empty() && is_wsp(line.front()) && any_line_) return true;
    if (!any_line_) line = text::trim(line);  // the first may be indented by mistake
    return field_name_length(line) > 0;
  }

  // A name with bytes that none may have, among fields: no text begins so.
  [[nodiscard]] bool is_misspelt_field(const TextLine& line) const {
    std::size_t n = 0;
    while (n < line.content.size() && static_cast<unsigned char>(line.content[n]) > ' ' && line.content[n] != ':') ++n;
    if (!any_line_ || n == 0 || n >= line.content.size() || line.content[n] != ':') return false;
    return line.next < raw_.size() && field_name_length(line_at(raw_, line.next).content) > 0;
  }

  // Where the last line of this block stands that is certainly a field. Looked up once: the block is searched to its
  // end.
  std::size_t last_plausible(std::size_t from) {
    if (searched_) return last_plausible_;
    searched_ = true;
    for (std::size_t pos = from; pos < raw_.size();) {
      const TextLine line = line_at(raw_, pos);
      if (line.content.empty() || (line.content.starts_with("--") && is_boundary_(pos))) break;
      if (is_plausible_field(line.content)) last_plausible_ = pos;
      pos = line.next;
    }
    return last_plausible_;
  }

  void take(std::string_view line, std::size_t pos) {
    if (is_mbox_line(line)) return finish_field();
    if (!any_line_) line = text::trim(line);
    any_line_ = true;
    if (full_) return;
    if (is_wsp(line.front())) {
      if (open_ && !is_blank_line(line)) append(line);
      return;
    }
    finish_field();
    const std::size_t length = field_name_length(line);
    if (length == 0) {
      defects_.add("a header line that is none was skipped");
      return;
    }
    if (is_over_limit(pos)) return;
    constexpr std::size_t kLongestName = 1000;
    open_ = true;
    field_.name.assign(line.substr(0, std::min(length, kLongestName)));
    append(line.substr(line.find(':', length) + 1));
  }

  bool is_over_limit(std::size_t pos) {
    if (block_.fields.size() >= static_cast<std::size_t>(limits_.fields)) {
      full_ = true;
      defects_.add("more than " + std::to_string(limits_.fields) + " header fields: the rest was skipped");
    } else if (pos - start_ > limits_.header_block) {
      full_ = true;
      defects_.add("header larger than " + std::to_string(limits_.header_block) + " bytes: the rest was skipped");
    }
    return full_;
  }

  void append(std::string_view piece) {
    if (cut_) return;
    const std::size_t room = limits_.field - std::min(limits_.field, field_.value.size());
    if (piece.size() > room) {
      defects_.add("a header field longer than " + std::to_string(limits_.field) + " bytes was cut");
      piece = piece.substr(0, room);
      cut_ = true;
    }
    field_.value += piece;
  }

  void finish_field() {
    if (open_) {
      auto& value = field_.value;
      if (value.find('\0') != std::string::npos) {
        value.erase(std::remove(value.begin(), value.end(), '\0'), value.end());
        defects_.add("NUL bytes in the header were removed");
      }
      value = std::string(text::trim(value));
      block_.fields.push_back(std::move(field_));
    }
    field_ = Field();
    open_ = cut_ = false;
  }

  std::string_view raw_;
  std::size_t start_;
  const ParseLimits& limits_;
  const std::function<bool(std::size_t)>& is_boundary_;
  Defects& defects_;
  HeaderBlock block_;
  Field field_;
  bool open_ = false;
  bool cut_ = false;  // the open field has its longest length
  bool any_line_ = false;
  bool full_ = false;
  bool searched_ = false;
  std::size_t last_plausible_ = 0;
};

}  // namespace

std::size_t field_name_length(std::string_view line) noexcept {
  std::size_t n = 0;
  while (n < line.size() && line[n] > ' ' && line[n] < '\x7f' && line[n] != ':') ++n;
  std::size_t colon = n;
  while (colon < line.size() && is_wsp(line[colon])) ++colon;
  return colon < line.size() && line[colon] == ':' ? n : 0;
}

bool is_mbox_line(std::string_view line) noexcept {
  if (line.starts_with(">From ")) return true;
  return line.starts_with("From ") && field_name_length(line) == 0;
}

HeaderBlock read_header_block(std::string_view raw, std::size_t pos, const ParseLimits& limits,
                              const std::function<bool(std::size_t)>& is_boundary, Defects& defects) {
  return HeaderReader(raw, pos, limits, is_boundary, defects).read();
}

}  // namespace poller
