#include "intake/contact.h"

#include <string_view>

#include "base/text.h"
#include "parsers/address_key.h"

namespace poller {
namespace {

constexpr std::size_t kLongestName = 200;  // bytes

std::string_view without_quotes(std::string_view name) {
  while (name.size() >= 2 && (name.front() == '\'' || name.front() == '"') && name.back() == name.front()) {
    name = text::trim(name.substr(1, name.size() - 2));
  }
  return name;
}

// Embeddings, overrides and isolates (Unicode UAX #9): they make a name show as another. A script that runs from right
// to left needs none of them.
bool turns_the_line(std::string_view name) {
  for (std::size_t pos = 0; pos < name.size();) {
    const char32_t c = text::next_code_point(name, pos);
    if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) return true;
  }
  return false;
}

}  // namespace

Address contact_of(const Address& sender) {
  const std::string key = address_key(sender.address);
  std::string_view name = text::trim(sender.name);
  if (const std::size_t via = name.rfind(" via "); via != std::string_view::npos)
    name = text::trim(name.substr(0, via));
  name = without_quotes(name);
  const bool is_address = name.find('@') != std::string_view::npos;
  const bool is_local_part = text::iequals(name, std::string_view(key).substr(0, key.rfind('@')));
  if (is_address || is_local_part || turns_the_line(name)) name = {};
  return {std::string(text::utf8_prefix(name, kLongestName)), key};
}

}  // namespace poller
