// Address lists of any bytes keep the promises of parsers/addresses.h.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"
#include "parsers/addresses.h"
#include "require.h"

namespace {

void check_text(const std::string& s, std::size_t most) {
  const auto is_control = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; };
  require(poller::text::is_utf8(s), "valid UTF-8");
  require(std::none_of(s.begin(), s.end(), is_control), "no control characters");
  require(s.size() <= most, "names and addresses keep to their size");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  constexpr std::size_t kMost = 100;
  const auto all = poller::parse_addresses(value, kMost);
  require(all.size() <= kMost, "no more addresses than allowed");
  for (const auto& one : all) {
    check_text(one.name, size * 9 + 64);
    check_text(one.address, size * 9 + 64);
    require(!one.name.empty() || !one.address.empty(), "an address says something");
  }
  return 0;
}
