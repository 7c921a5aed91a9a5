#include "parsers/message_ids.h"

#include <algorithm>

#include "base/text.h"
#include "parsers/header_words.h"

namespace poller {
namespace {

// Blanks within an id come from folding in its middle.
std::string id_text(std::string_view s) {
  std::string out;
  std::copy_if(s.begin(), s.end(), std::back_inserter(out), [](char c) { return !text::is_space(c); });
  return text::to_valid_utf8(out);
}

void add_bare_ids(std::string_view value, std::vector<std::string>& out) {
  for (std::size_t pos = 0; pos < value.size();) {
    std::size_t end = value.find_first_of(" \t,;", pos);
    if (end == std::string_view::npos) end = value.size();
    std::string_view word = value.substr(pos, end - pos);
    while (!word.empty() && (word.back() == '>' || word.back() == '"')) word.remove_suffix(1);
    while (!word.empty() && word.front() == '"') word.remove_prefix(1);
    if (word.find('@') != std::string_view::npos) out.push_back(id_text(word));
    pos = end + 1;
  }
}

}  // namespace

std::vector<std::string> parse_message_ids(std::string_view value) {
  std::string decoded;
  if (value.find("=?") != std::string_view::npos && value.find('<') == std::string_view::npos) {
    decoded = decode_words(value);  // some relays encode long References
    value = decoded;
  }
  std::vector<std::string> out;
  for (std::size_t pos = value.find('<'); pos != std::string_view::npos;) {
    std::size_t end = value.find_first_of("<>", pos + 1);
    if (end == std::string_view::npos) end = value.size();
    const bool closed = end < value.size() && value[end] == '>';
    const std::string_view inside = value.substr(pos + 1, end - pos - 1);
    // "<a@b" without its end still counts, prose after a stray "<" does not.
    if (std::string id = id_text(closed ? inside : inside.substr(0, inside.find_first_of(" \t"))); !id.empty()) {
      if (closed || id.find('@') != std::string::npos) out.push_back(std::move(id));
    }
    pos = closed ? value.find('<', end) : (end < value.size() ? end : std::string_view::npos);
  }
  if (out.empty()) add_bare_ids(value, out);
  return out;
}

}  // namespace poller
