#include "cli/lookup.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <limits>

#include "base/error.h"
#include "base/text.h"

namespace poller::cli {

Ticket find_ticket(Store& store, const std::string& argument) {
  std::uint64_t id = 0;
  if (text::parse_uint(argument, id) && id <= static_cast<std::uint64_t>(std::numeric_limits<TicketId>::max())) {
    if (auto ticket = store.ticket(static_cast<TicketId>(id))) return std::move(*ticket);
  }
  if (auto ticket = store.ticket_by_number(argument)) return std::move(*ticket);
  throw Error(ErrorKind::usage, fmt::format("there is no ticket \"{}\"", argument), "`poller tickets` lists them.");
}

std::int64_t parse_id(const std::string& argument, const char* what) {
  std::uint64_t id = 0;
  if (!text::parse_uint(argument, id) || id == 0 ||
      id > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    throw Error(ErrorKind::usage, fmt::format("\"{}\" is no {}", argument, what),
                "It is a whole number, as the lists show it.");
  }
  return static_cast<std::int64_t>(id);
}

std::string current_user() {
  if (const char* sudo = std::getenv("SUDO_USER"); sudo != nullptr && *sudo != '\0') return sudo;
  if (const passwd* entry = ::getpwuid(::getuid()); entry != nullptr) return entry->pw_name;
  return "cli";
}

}  // namespace poller::cli
