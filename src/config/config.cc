#include "config/config.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "parsers/address_key.h"

namespace poller::config {
namespace {

// The address of "Name <address>".
std::string_view bare_address(std::string_view from) {
  const auto open = from.rfind('<');
  if (open == std::string_view::npos) return text::trim(from);
  return from.substr(open + 1, std::min(from.find('>', open), from.size()) - open - 1);
}

}  // namespace

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

bool has_own_copies(const Config& config) noexcept {
  return std::any_of(config.queues.begin(), config.queues.end(), [](const Queue& queue) { return queue.own_copy; });
}

bool is_agent(const Queue& queue, const std::string& address) {
  return std::any_of(queue.agents.begin(), queue.agents.end(), [&](const std::string& entry) {
    if (!entry.starts_with('@')) return same_address(address, entry);
    const auto at = address.rfind('@');
    return at != std::string::npos && same_address(std::string_view(address).substr(at), entry);
  });
}

bool is_own_address(const Config& config, const std::string& address) {
  const auto same = [&](std::string_view other) { return !other.empty() && same_address(other, address); };
  for (const auto& mailbox : config.mailboxes) {
    if (same(mailbox.address) || same(mailbox.user) || same(mailbox.oauth.user)) return true;
    if (mailbox.smtp && (same(mailbox.smtp->user) || same(bare_address(mailbox.smtp->from)))) return true;
  }
  for (const auto& queue : config.queues) {
    if (std::any_of(queue.addresses.begin(), queue.addresses.end(), same)) return true;
  }
  return false;
}

}  // namespace poller::config
