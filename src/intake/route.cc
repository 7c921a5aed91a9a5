#include "intake/route.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.h"
#include "parsers/address_key.h"
#include "parsers/addresses.h"

namespace poller {
namespace {

constexpr std::size_t kMostRouted = 200;  // a longer list is a mailing, and its end says nothing about queues

bool claims(const config::Queue& queue, const std::string& key) {
  return std::any_of(queue.addresses.begin(), queue.addresses.end(),
                     [&](const std::string& address) { return same_address(address, key); });
}

class Router {
 public:
  Router(const config::Config& config, const config::Mailbox& mailbox) : config_(config), mailbox_(mailbox) {}

  /// The queue that claims the address.
  [[nodiscard]] std::optional<Route> route(const Address& recipient) const {
    const std::string key = address_key(recipient.address);
    const SubAddress parts = split_detail(key);
    for (const auto& form : {key, parts.address}) {
      for (const auto& queue : config_.queues) {
        if (claims(queue, form)) return Route{queue.name, reason(recipient, queue.name)};
      }
    }
    if (parts.detail.empty() || !same_address(parts.address, mailbox_.address)) return std::nullopt;
    for (const auto& queue : config_.queues) {
      if (text::iequals(queue.name, parts.detail)) return Route{queue.name, reason(recipient, queue.name)};
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Route> first(const std::vector<Address>& recipients) const {
    const std::size_t count = std::min(recipients.size(), kMostRouted);
    for (std::size_t i = 0; i < count; ++i) {
      if (auto found = route(recipients[i])) return found;
    }
    return std::nullopt;
  }

  [[nodiscard]] bool is_mailbox(const std::vector<Address>& recipients) const {
    return !mailbox_.address.empty() && std::any_of(recipients.begin(), recipients.end(), [&](const Address& one) {
      return same_address(one.address, mailbox_.address);
    });
  }

 private:
  static std::string reason(const Address& recipient, const std::string& queue) {
    return fmt::format("recipient:{} -> queue {}", recipient.address, queue);
  }

  const config::Config& config_;
  const config::Mailbox& mailbox_;
};

// What the mail system wrote: the address before it was resolved to this mailbox.
std::vector<Address> envelope_recipients(const Mail& mail) {
  std::vector<Address> out;
  for (const char* name : {"X-Original-To", "Delivered-To", "Envelope-To"}) {
    for (const Field& field : mail.fields) {
      if (out.size() >= kMostRouted) return out;
      if (!text::iequals(field.name, name)) continue;
      for (auto& address : parse_addresses(field.value, kMostRouted)) out.push_back(std::move(address));
    }
  }
  return out;
}

}  // namespace

Route choose_queue(const config::Config& config, const config::Mailbox& mailbox, const Mail& mail) {
  Route own{mailbox.queue, {}};
  if (config.queues.size() < 2) return own;
  const Router router(config, mailbox);
  if (auto found = router.first(envelope_recipients(mail))) return *found;
  const config::Queue* queue = config::find_queue(config, mailbox.queue);
  const bool keeps_copies = queue != nullptr && queue->own_copy;
  if (keeps_copies && (router.is_mailbox(mail.to) || router.is_mailbox(mail.cc))) return own;
  if (auto found = router.first(mail.to)) return *found;
  if (router.is_mailbox(mail.to)) return own;
  return router.first(mail.cc).value_or(own);
}

}  // namespace poller
