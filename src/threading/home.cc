#include "threading/home.h"

#include <span>
#include <string_view>

#include "base/text.h"
#include "storage/outbox.h"

namespace poller {
namespace {

std::string_view before_at(std::string_view id) { return id.substr(0, id.find('@')); }

}  // namespace

TicketId home_of(Store& store, const std::string& id, const MessageToken& token) {
  if (token.ticket == 0) return 0;
  // A mark in an address or a text is an id without its domain: the outbox row knows both.
  const auto row = store.outbox().row(token.serial);
  if (row && row->ticket && text::iequals(before_at(row->message_id), before_at(id))) return *row->ticket;
  for (const auto& hit : store.find_thread(std::span(&id, 1))) {
    // A mail that came in with our id (quarantined, say) is a copy of somebody's.
    if (hit.message && hit.direction == Direction::out) return store.follow_merges(hit.ticket);
  }
  return store.follow_merges(token.ticket);
}

}  // namespace poller
