// Signing in: XOAUTH2 (the one Exchange Online and Gmail have), OAUTHBEARER (RFC 7628) where a server has only that,
// AUTHENTICATE PLAIN (RFC 4616) or LOGIN with a password. The connection is TLS always (lib/curl/transport.h).
#pragma once

#include <string>

#include "base/secret.h"
#include "mailbox/imap/session.h"

namespace poller::imap {

/// Asks for the capabilities unless libcurl's own question, within TLS, has told them.
void learn_capabilities(Session& session);

/// Throws Error: sign_in (refused; the server's challenge is in what()), temporary (it could not decide now),
/// configuration (it has no mechanism for us).
void sign_in_with_token(Session& session, const std::string& user, const Secret& token);
void sign_in_with_password(Session& session, const std::string& user, const Secret& password);

}  // namespace poller::imap
