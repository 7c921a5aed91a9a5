#include "config/config.h"

#include <algorithm>

namespace poller::config {

const Mailbox* find_mailbox(const Config& config, const std::string& name) noexcept {
  const auto it = std::find_if(config.mailboxes.begin(), config.mailboxes.end(),
                               [&](const Mailbox& mailbox) { return mailbox.name == name; });
  return it == config.mailboxes.end() ? nullptr : &*it;
}

const Queue* find_queue(const Config& config, const std::string& name) noexcept {
  const auto it =
      std::find_if(config.queues.begin(), config.queues.end(), [&](const Queue& queue) { return queue.name == name; });
  return it == config.queues.end() ? nullptr : &*it;
}

}  // namespace poller::config
