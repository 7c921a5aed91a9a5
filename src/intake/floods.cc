#include "intake/floods.h"

#include <fmt/format.h>

#include <array>

#include "parsers/address_key.h"

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
  // How many there are in a window says whether his need be counted in it at all: on most days they need not.
  UnixTime longest = 0;
  for (const auto& window : kTicketWindows) {
    const auto all = store.tickets_created_between(at - window.seconds, at);
    if (all >= window.of_all) {
      return fmt::format("limit: {} tickets of all senders within {}", window.of_all, window.name);
    }
    if (all >= window.of_sender) longest = window.seconds;
  }
  if (sender.empty() || longest == 0) return std::nullopt;
  std::array<std::int64_t, std::size(kTicketWindows)> his{};
  store.for_each_created_between(at - longest, at,
                                 [&](UnixTime created_at, const std::string& requester, const std::string& writer) {
                                   // A rule can make another the requester of what he wrote.
                                   if (!same_address(requester, sender) && !same_address(writer, sender)) return;
                                   for (std::size_t i = 0; i < his.size(); ++i)
                                     his[i] += created_at >= at - kTicketWindows[i].seconds ? 1 : 0;
                                 });
  for (std::size_t i = 0; i < his.size(); ++i) {
    const auto& window = kTicketWindows[i];
    if (his[i] >= window.of_sender) {
      return fmt::format("limit: {} tickets of {} within {}", window.of_sender, sender, window.name);
    }
  }
  return std::nullopt;
}

}  // namespace poller
