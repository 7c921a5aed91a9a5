// The second net under the ledger: what makes two deliveries the same mail, wherever and however often they are read.
#pragma once

#include <string>

#include "model/mail.h"

namespace poller {

/// Message-ID plus the hash of the decoded content; without a Message-ID: From, Date, Subject and the topmost Received
/// plus that hash. A SHA-256 in hex, never empty. Exchange renders a mail anew at each read (other boundaries, other
/// encodings), so the raw bytes are not part of it. The same Message-ID with other content is another mail.
std::string identity_of(const Mail& mail);

}  // namespace poller
