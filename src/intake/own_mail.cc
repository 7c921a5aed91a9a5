#include "intake/own_mail.h"

#include <fmt/format.h>

#include <span>

#include "threading/message_id.h"
#include "threading/ring_store.h"

namespace poller {

std::optional<OwnMail> find_own_mail(Store& store, const Mail& mail) {
  if (!mail.message_id || !may_be_ours(*mail.message_id)) return std::nullopt;
  const auto ring = load_key_ring(store);
  if (!ring || !read_message_id(*ring, *mail.message_id)) return std::nullopt;
  OwnMail own{std::nullopt, fmt::format("loop: this is our own mail <{}>, come back", *mail.message_id)};
  for (const auto& hit : store.find_thread(std::span(&*mail.message_id, 1))) {
    if (hit.message && hit.direction == Direction::out) own.message = hit.message;
  }
  return own;
}

}  // namespace poller
