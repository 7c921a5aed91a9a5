// Addresses in the running text of delivery errors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace poller {

struct TextAddress {
  std::string_view address;  // local part and domain, without brackets and closing dots
  std::size_t begin = 0;     // of the address in the line
  std::size_t end = 0;
  bool bracketed = false;  // <…> or "…" around it
};

/// The addresses of a line, in order; at most 20.
std::vector<TextAddress> find_addresses(std::string_view line);

/// Whether it is a mail system's own: mailer-daemon, postmaster, …
bool is_system_address(std::string_view address);

}  // namespace poller
