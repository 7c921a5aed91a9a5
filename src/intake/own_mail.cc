#include "intake/own_mail.h"

#include <fmt/format.h>

#include "threading/message_id.h"
#include "threading/ring_store.h"

namespace poller {

std::optional<std::string> find_own_mail(Store& store, const Mail& mail) {
  if (!mail.message_id || !may_be_ours(*mail.message_id)) return std::nullopt;
  const auto ring = load_key_ring(store);
  if (!ring || !read_message_id(*ring, *mail.message_id)) return std::nullopt;
  return fmt::format("loop: this is our own mail <{}>, come back", *mail.message_id);
}

}  // namespace poller
