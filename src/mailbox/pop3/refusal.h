// What a POP3 server's -ERR means for us: codes (RFC 2449 section 8.1, RFC 3206), and what Exchange Online says in
// plain words instead.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "mailbox/pop3/wire.h"

namespace poller::pop3 {

/// Whether the words end the session whatever was asked: an expired token, throttling, a server that is unavailable.
bool ends_session(const Reply& reply);

/// The Error for a refusal while `doing` something ("to give a mail"). `otherwise` is the kind where neither code nor
/// words tell.
Error refusal(const Reply& reply, std::string_view doing, ErrorKind otherwise);

}  // namespace poller::pop3
