#include "parsers/address_key.h"

#include <algorithm>

#include "base/text.h"
#include "lib/icu/domain.h"

namespace poller {
namespace {

// RFC 5322 section 3.2.3; what is beyond ASCII too (RFC 6532).
bool is_atom_char(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-/=?^_`{|}~";
  return text::is_alnum(c) || static_cast<unsigned char>(c) >= 0x80 || kOthers.find(c) != std::string_view::npos;
}

bool is_dot_atom(std::string_view s) {
  if (s.empty() || s.front() == '.' || s.back() == '.' || s.find("..") != std::string_view::npos) return false;
  return std::all_of(s.begin(), s.end(), [](char c) { return c == '.' || is_atom_char(c); });
}

// "\"ann\"" is ann; what needs its quotes keeps them.
std::string plain_local_part(std::string_view local) {
  if (local.size() < 3 || local.front() != '"' || local.back() != '"') return std::string(local);
  std::string inner;
  const std::string_view quoted = local.substr(1, local.size() - 2);
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    if (quoted[i] == '\\' && i + 1 < quoted.size()) ++i;
    inner += quoted[i];
  }
  return is_dot_atom(inner) ? inner : std::string(local);
}

// What address_key() does no more to than make it lower case. A mail is held against every address of a configuration.
bool is_plain(std::string_view address) {
  return !address.empty() && !text::is_space(address.front()) && !text::is_space(address.back()) &&
         address.back() != '.' && address.find('"') == std::string_view::npos && text::is_ascii(address);
}

}  // namespace

std::string address_key(std::string_view address) {
  address = text::trim(address);
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) return text::to_lower(address);
  return text::to_lower(plain_local_part(address.substr(0, at))) + "@" + icu::ascii_domain(address.substr(at + 1));
}

bool same_address(std::string_view a, std::string_view b) {
  if (is_plain(a) && is_plain(b)) return text::iequals(a, b);
  return address_key(a) == address_key(b);
}

SubAddress split_detail(std::string_view address) {
  const std::size_t at = address.rfind('@');
  const std::size_t plus = address.find('+');
  if (at == std::string_view::npos || plus == std::string_view::npos || plus == 0 || plus > at) {
    return {std::string(address), {}};
  }
  return {std::string(address.substr(0, plus)) + std::string(address.substr(at)),
          std::string(address.substr(plus + 1, at - plus - 1))};
}

}  // namespace poller
