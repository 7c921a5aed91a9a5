// The Message-ID of what we send: it says whose ticket an answer belongs to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/store.h"

namespace poller::outbound {

enum class TokenKind { customer, agent, alert };

struct OutgoingToken {
  TicketId ticket = 0;      // 0: none
  std::int64_t serial = 0;  // the outbox row
  TokenKind kind = TokenKind::customer;
};

/// Without angle brackets. Never the same twice.
std::string outgoing_message_id(Store& store, Transaction& tx, const OutgoingToken& token, const std::string& domain);

/// Whether `id` is one of ours for agents: an answer to it comes from somebody who was told.
std::optional<OutgoingToken> read_outgoing_id(Store& store, const std::string& id);

}  // namespace poller::outbound
