#include "config/yaml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"

namespace poller::config {
namespace {

/// The rest of `text` from a place that yaml-cpp gave; it counts code points.
std::string_view text_from(std::string_view text, int line, int column) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (; line > 1; --line) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  std::size_t pos = 0;
  for (; column > 1 && pos < text.size(); --column) text::next_code_point(text, pos);
  return text.substr(pos);
}

/// Whether the text begins with a quote that is never closed. yaml-cpp takes all the rest of the file for the value.
bool begins_unclosed(std::string_view text) {
  while (text.starts_with('&') || text.starts_with('!')) {  // an anchor or a tag comes first
    text.remove_prefix(std::min(text.find_first_of(" \t\n"), text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
  }
  if (!text.starts_with('"') && !text.starts_with('\'')) return false;
  const char quote = text.front();
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || text.substr(i + 1, 1) != "'") return false;
      ++i;
    }
  }
  return true;
}

struct Explanation {
  std::string_view said;  // by yaml-cpp
  const char* meant;
};
constexpr Explanation kExplanations[] = {
    {"illegal map value", "found \": \" where no value can begin; allowed: a text with \": \" in it stands in quotes"},
    {"illegal map key", "found \"? \" where no key can begin; allowed: a text that begins so stands in quotes"},
    {"illegal block entry", "found \"- \" where no list item can begin; allowed: list items on lines of their own"},
    {"end of map flow not found", "a \"{\" is not closed by \"}\""},
    {"end of sequence flow not found", "a \"[\" is not closed by \"]\""},
    {"end of map not found", "this line does not fit what is above it; allowed: keys of one mapping in one column"},
    {"end of sequence not found", "this line does not fit what is above it; allowed: items of one list in one column"},
    {"unknown token", "found a character that cannot begin a value; allowed: a text that begins so stands in quotes"},
};

}  // namespace

bool is_usable_text(const std::string& text, const std::string& file, Complaints& complaints) {
  Place place{file, 1, 1};
  bool indentation = true;
  for (std::size_t pos = text::istarts_with(text, "\xEF\xBB\xBF") ? 3 : 0; pos < text.size();) {
    const std::size_t start = pos;
    const auto byte = static_cast<unsigned char>(text[pos]);
    const char32_t c = text::next_code_point(text, pos);
    if (byte >= 0x80 && !text::is_utf8(std::string_view(text).substr(start, pos - start))) {
      complaints.error(place, fmt::format("found the byte 0x{:02x}, which is no UTF-8; allowed: UTF-8 text", byte));
      return false;
    }
    if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) {
      complaints.error(place, fmt::format("found the control character 0x{:02x}; allowed: text", byte));
      return false;
    }
    if (c == '\n') {
      ++place.line;
      place.column = 1;
      indentation = true;
      continue;
    }
    if (indentation && c == '\t') {
      const std::size_t next = text.find_first_not_of(" \t\r", pos);
      if (next != std::string::npos && text[next] != '\n' && text[next] != '#') {
        complaints.error(place, "found a tab in the indentation; allowed: spaces");
        return false;
      }
      indentation = false;  // a blank line or a comment: look no further, a line of a million tabs is cheap
    }
    indentation = indentation && c == ' ';
    ++place.column;
  }
  return true;
}

Columns::Columns(std::string_view text) : text_(text), starts_{0} {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (text_.starts_with(kMark)) text_.remove_prefix(kMark.size());
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') starts_.push_back(i + 1);
  }
}

int Columns::of(int line, int byte) {
  if (line < 0 || byte < 0) return 0;
  if (line != line_ || byte < byte_) {
    line_ = line;
    byte_ = characters_ = 0;
  }
  if (static_cast<std::size_t>(line) >= starts_.size()) return byte + 1;
  for (std::size_t at = starts_[static_cast<std::size_t>(line)] + static_cast<std::size_t>(byte_); byte_ < byte;
       ++at, ++byte_) {
    const bool continues = at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0U) == 0x80;
    characters_ += continues ? 0 : 1;
  }
  return characters_ + 1;
}

bool is_unclosed_quote(const std::string& text, int line, int column) {
  return begins_unclosed(text_from(text, line, column));
}

std::string explain_yaml(const std::string& said) {
  for (const Explanation& known : kExplanations) {
    if (said == known.said) return std::string("no YAML: ") + known.meant;
  }
  return "no YAML: " + text::escape_controls(said);
}

}  // namespace poller::config
