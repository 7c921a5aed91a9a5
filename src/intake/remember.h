// What of a stored mail will place later ones: its references, its conversation, who takes part, and what is not to be
// trusted.
#pragma once

#include "intake/place.h"

namespace poller {

/// Within the mail's transaction, after it was stored as `message` in `ticket`. Of a mail whose sender failed
/// authentication nothing is remembered but that: its references and its recipients are anybody's word. So are those of
/// a stranger to the ticket, and nothing is remembered that belongs to another ticket.
void remember_mail(Transaction& tx, const Target& target, const Mail& mail, TicketId ticket, MessageId message,
                   UnixTime now);

/// The line that is_distrusted() reads, where the verdict on the sender is fail.
void note_distrust(Transaction& tx, const SenderFinding& sender, TicketId ticket, MessageId message, UnixTime now);

/// Whether the ticket was opened by a mail whose sender failed authentication.
bool is_distrusted(Store& store, TicketId ticket);

/// "linked" in change_v1 of a ticket from which another one, that came later, was linked: that other one's id.
std::optional<TicketId> linked_ticket(const std::string& detail_json);

/// Whether a person took the one out of the other, or out of what came of it, or went into it: no mail puts together
/// again what a person took apart.
bool is_split_from(Store& store, TicketId one, TicketId other);

}  // namespace poller
