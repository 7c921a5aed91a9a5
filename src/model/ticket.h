// Tickets and messages as they are stored and shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/mail.h"
#include "model/verdict.h"

namespace poller {

using TicketId = std::int64_t;
using MessageId = std::int64_t;  // of a stored message; the mail's own is Mail::message_id
using AttachmentId = std::int64_t;

struct Ticket {
  TicketId id = 0;
  std::string number;  // by the queue's form, "T-17"
  std::string subject;
  std::string queue;
  std::string status;    // new, open, pending, closed, spam, merged
  std::string priority;  // empty, or what a rule set
  std::string assignee;
  std::vector<std::string> tags;
  Address requester;
  UnixTime created_at = 0;
  UnixTime updated_at = 0;
  std::int64_t message_count = 0;
  std::optional<TicketId> merged_into;
};

enum class Direction { in, out, note };
const char* to_string(Direction direction) noexcept;

struct StoredAttachment {
  AttachmentId id = 0;
  Attachment attachment;
};

/// A message of a ticket. `mail.attachments` is empty here: they are in `attachments`, with their ids.
struct Message {
  MessageId id = 0;
  TicketId ticket = 0;
  Direction direction = Direction::in;
  Mail mail;
  Verdict verdict;
  UnixTime received_at = 0;
  std::string mailbox;
  std::string state;  // "stored"; for direction out, the outbox row's state
  std::vector<StoredAttachment> attachments;
};

/// One line of what happened to a ticket; append-only (view change_v1).
struct Change {
  std::int64_t sequence = 0;
  TicketId ticket = 0;
  std::optional<MessageId> message;
  UnixTime at = 0;
  std::string who;   // "poller", an agent's name, an address
  std::string what;  // "created", "message", "status", "queue", "merged", …
  std::string detail_json = "{}";
};

}  // namespace poller
