// What a server's refusal means for us: the kinds of Error behind NO, BAD and BYE (RFC 9051 section 7.1, RFC 5530, and
// what Exchange Online says in plain words instead).
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "mailbox/imap/wire_response.h"
#include "mailbox/server_words.h"

namespace poller::imap {

using poller::shown_text;
using poller::suggested_wait;

/// Whether the words end the session whatever status they come with: an expired token, throttling, a mailbox that the
/// signed-in user cannot reach, a server that is unavailable.
bool ends_session(std::string_view text);

/// The Error for a refusal while `doing` something ("opening the folder INBOX"). `otherwise` is the kind where neither
/// code nor words tell.
Error refusal(const StatusLine& line, std::string_view doing, ErrorKind otherwise);

/// The Error for BYE, or for words that came without any form.
Error farewell(std::string_view text);

}  // namespace poller::imap
