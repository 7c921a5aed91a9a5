// What of a sender's name and address is worth remembering.
#pragma once

#include "model/mail.h"

namespace poller {

/// For the table of contacts: the address as address_key() writes it, so that one person is one contact; the name
/// without what programs put there. Mailing lists write "Ann via Support", and some programs the address or its local
/// part instead of a name: those are no names, nor is one with characters that turn the line
/// around; an empty one replaces none that is known.
Address contact_of(const Address& sender);

}  // namespace poller
