// A mail that is to go out: composed once, with its Message-ID, and put into the outbox in the transaction that caused
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "parsers/mime_compose.h"
#include "storage/outbox.h"
#include "storage/store.h"

namespace poller::outbound {

struct Draft {
  OutboxKind kind = OutboxKind::reply;
  const config::Mailbox* mailbox = nullptr;  // sends it; must have smtp
  std::optional<Ticket> ticket;
  bool is_message = true;          // it stands in the ticket (direction out)
  std::optional<MessageId> about;  // notices: the message told of
  std::vector<Address> to, cc;
  std::string subject;
  std::string text, html;
  std::vector<OutgoingFile> files;
  std::vector<std::string> in_reply_to, references;
  std::string thread_topic, thread_index;
  std::string auto_submitted;  // see OutgoingMail
  std::string answers;         // automatic answers: the address answered
  std::string who;             // stands in change_v1
  UnixTime not_before = 0;
};

struct Queued {
  std::int64_t outbox = 0;
  std::optional<MessageId> message;
  std::string message_id;
};

/// Composes and queues. Throws Error(permanent) when there is no recipient that can be sent to, Error(usage) for a
/// mailbox without smtp.
Queued enqueue(Store& store, Transaction& tx, const Draft& draft, UnixTime now);

/// Whether `outbound.max_pending` leaves room for another automatic mail.
bool has_room(Store& store, const config::Config& config);

/// What an answer to `mail` refers to: In-Reply-To, References and Outlook's thread fields.
void refer_to(Draft& draft, const Mail& mail);

/// Whom an answer to `mail` goes to: the requester, or whoever its Reply-To names where nobody reads the requester's
/// address (a shop's noreply@ that writes for a customer).
Address answer_address(const Ticket& ticket, const Mail& mail);

/// "Re: [T-17] printer on fire": the ticket's number once, whatever prefixes and tags the subject had.
std::string answer_subject(const Ticket& ticket);

/// The keyed mark of the mail that this transaction queues next: "poller.c.17.5.MAC", the start of its Message-ID.
/// Where it stands in a text that comes back, it says which ticket that belongs to though References were stripped.
std::string mark_of_next(Store& store, Transaction& tx, const Ticket& ticket, OutboxKind kind, UnixTime now);

/// The mailbox that sends for a ticket: the one that its last mail came to, else one of its queue, else any that can.
/// Throws Error(configuration) when none has smtp.
const config::Mailbox& sending_mailbox(const config::Config& config, const Ticket& ticket,
                                       const std::vector<Message>& messages);

/// The From of a mailbox: smtp.from as an address.
Address from_address(const config::Mailbox& mailbox);

}  // namespace poller::outbound
