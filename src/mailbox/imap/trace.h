// The server's responses as the log shows them at level trace: mails not shown.
#pragma once

#include <string>

#include "mailbox/imap/wire_response.h"

namespace poller::imap {

/// `challenges`: what the server wants to go on with is masked whole. What it holds is encoded, so that no secret would
/// be found in it.
std::string trace_text(const Response& response, bool challenges);

}  // namespace poller::imap
