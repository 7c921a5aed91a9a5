#include "intake/floods.h"

#include <fmt/format.h>

namespace poller {
namespace {

struct TicketWindow {
  UnixTime seconds;
  const char* name;
  std::int64_t of_sender;
  std::int64_t of_all;
};

// A person writes a handful of mails an hour; a program that went wrong, hundreds. The totals only stop a landslide.
constexpr TicketWindow kTicketWindows[] = {
    {600, "10 minutes", 30, 1000},
    {3600, "an hour", 60, 3000},
    {86400, "a day", 200, 20000},
};

}  // namespace

std::optional<std::string> ticket_flood(Store& store, const std::string& sender, UnixTime at) {
  for (const auto& window : kTicketWindows) {
    const UnixTime from = at - window.seconds;
    if (!sender.empty() && store.tickets_created_between(from, at, sender) >= window.of_sender) {
      return fmt::format("limit: {} tickets of {} within {}", window.of_sender, sender, window.name);
    }
    if (store.tickets_created_between(from, at, std::nullopt) >= window.of_all) {
      return fmt::format("limit: {} tickets of all senders within {}", window.of_all, window.name);
    }
  }
  return std::nullopt;
}

}  // namespace poller
