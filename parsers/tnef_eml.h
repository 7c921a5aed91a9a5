// A message embedded in a winmail.dat as a mail of its own (RFC 5322, 2045), so that any mail program opens it.
#pragma once

#include <string>

#include "parsers/tnef_message.h"

namespace poller {

/// The same message gives the same bytes. At most about `limit` bytes: what does not fit is left out and said.
std::string compose_tnef_mail(const TnefMessage& message, std::size_t limit);

}  // namespace poller
