#include "outbound/occasion.h"

#include "base/log.h"
#include "outbound/draft.h"

namespace poller::outbound {
namespace {

constexpr UnixTime kLoggedAgainAfter = 60;

}  // namespace

bool OutboxRoom::allows(Store& store, Transaction& tx, UnixTime now) {
  if (has_room(store, config_)) return true;
  refused_ = true;
  tx.set_value(kRefusedForRoom, rfc3339(now));
  if (now - logged_at_.exchange(now) >= kLoggedAgainAfter) {
    log::error(
        "the outbox is full: automatic answers and notifications are refused",
        {{"max_pending", config_.outbound.max_pending}, {"advice", "See `poller outbox` for what holds it up."}});
  }
  return false;
}

}  // namespace poller::outbound
