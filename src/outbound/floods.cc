#include "outbound/floods.h"

#include <fmt/format.h>

#include "storage/outbox.h"

namespace poller::outbound {
namespace {

struct AnswerWindow {
  UnixTime seconds;
  const char* name;
  std::int64_t on_ticket;
  std::int64_t in_all;
};

constexpr AnswerWindow kAnswerWindows[] = {
    {600, "10 minutes", 5, 2000},
    {3600, "an hour", 10, 5000},
    {86400, "a day", 20, 20000},
};

}  // namespace

std::optional<std::string> answer_flood(Store& store, std::optional<TicketId> ticket, UnixTime now) {
  for (const auto& window : kAnswerWindows) {
    const UnixTime since = now - window.seconds;
    if (ticket && store.outbox().all_answers_since(since, ticket) >= window.on_ticket) {
      return fmt::format("limit: {} automatic answers on the ticket within {}", window.on_ticket, window.name);
    }
    if (store.outbox().all_answers_since(since, std::nullopt) >= window.in_all) {
      return fmt::format("limit: {} automatic answers in all within {}", window.in_all, window.name);
    }
  }
  return std::nullopt;
}

}  // namespace poller::outbound
