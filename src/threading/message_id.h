// Our own Message-IDs (RFC 5322 section 3.6.4): they say which ticket an answer belongs to, and cannot be made up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/ticket.h"
#include "threading/key_ring.h"

namespace poller {

/// To whom the mail went: a customer, an agent who was told of a ticket, or an operator.
enum class TokenRole : std::uint8_t { customer, agent, alert };

struct MessageToken {
  TicketId ticket = 0;      // 0: none, an operator's alert
  std::int64_t serial = 0;  // the outbox row
  TokenRole role = TokenRole::customer;
  bool operator==(const MessageToken&) const = default;
};

/// "poller.c.TICKET.SERIAL.MAC@domain", without angle brackets, in lower case but for the domain.
/// Throws Error (ours) when ticket or serial is negative.
std::string make_message_id(const KeyRing& ring, const MessageToken& token, std::string_view domain);

/// Whether the id looks like one of ours: worth asking for the keys.
bool may_be_ours(std::string_view id) noexcept;

/// The token of an id (without angle brackets) whose MAC verifies under any active key, or nothing. ASCII case is
/// ignored, since some relays change it. The domain is not looked at: a mailbox's may change.
std::optional<MessageToken> read_message_id(const KeyRing& ring, std::string_view id);

}  // namespace poller
