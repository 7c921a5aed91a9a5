#include "config/config.h"

#include <algorithm>

namespace poller::config {

bool sends_by_oauth(const Mailbox& mailbox) noexcept {
  return mailbox.smtp && !mailbox.smtp->password && mailbox.auth == Auth::oauth && !mailbox.oauth.client_id.empty();
}

bool needs_token(const Mailbox& mailbox) noexcept {
  return mailbox.protocol == Protocol::directory ? sends_by_oauth(mailbox) : mailbox.auth == Auth::oauth;
}

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
