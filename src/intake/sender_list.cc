#include "intake/sender_list.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/safe_file.h"
#include "base/text.h"
#include "parsers/address_key.h"

namespace poller {
namespace {

constexpr std::size_t kLargestList = 64 << 20;  // bytes; some two million addresses

// "@a.b.example", then "@b.example", "@example": until `stop` says true.
template <class Stop>
bool each_domain(const std::string& key, Stop stop) {
  for (std::size_t at = key.rfind('@'); at != std::string::npos; at = key.find('.', at + 1)) {
    if (stop("@" + key.substr(at + 1))) return true;
  }
  return false;
}

bool is_list_entry(std::string_view word) {
  const std::size_t at = word.rfind('@');
  return at != std::string_view::npos && at + 1 < word.size() && word.find_first_of(" \t,;<>") == std::string::npos;
}

std::string read_list(const std::filesystem::path& file) {
  try {
    return read_file(file, kLargestList);
  } catch (const Error& error) {
    throw Error(ErrorKind::configuration, error.what(), error.advice());
  }
}

}  // namespace

SenderList::SenderList(const std::filesystem::path& file) {
  const std::string content = read_list(file);
  int number = 0;
  for (std::string_view line : text::split(content, '\n')) {
    ++number;
    line = text::trim(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    if (!is_list_entry(line)) {
      throw Error(ErrorKind::configuration,
                  fmt::format("{}:{}: found \"{}\"; allowed: an address, or a domain as \"@example.com\"",
                              file.string(), number, text::escape_controls(text::utf8_prefix(line, 100))));
    }
    entries_.insert(address_key(line));
  }
}

bool SenderList::holds(const std::string& address) const {
  const std::string key = address_key(address);
  return entries_.contains(key) ||
         each_domain(key, [&](const std::string& domain) { return entries_.contains(domain); });
}

Organisations::Organisations(const std::vector<config::Organisation>& organisations) {
  for (const auto& organisation : organisations) {
    for (const auto& domain : organisation.domains) names_.emplace(address_key("@" + domain), organisation.name);
  }
}

std::string Organisations::of(const std::string& address) const {
  std::string name;
  if (names_.empty()) return name;
  each_domain(address_key(address), [&](const std::string& domain) {
    const auto found = names_.find(domain);
    if (found != names_.end()) name = found->second;
    return found != names_.end();
  });
  return name;
}

}  // namespace poller
