// Signing in on POP3: AUTH XOAUTH2 in two steps, USER and PASS, AUTH PLAIN.
#pragma once

#include <string>

#include "base/secret.h"
#include "mailbox/pop3/session.h"

namespace poller::pop3 {

/// Exchange Online closes the connection when the token stands on the line of AUTH itself: it is sent after the server
/// has asked for it. Throws Error: sign_in for a refusal, configuration where the server has no such sign-in.
void sign_in_with_token(Session& session, const std::string& user, const Secret& token);
void sign_in_with_password(Session& session, const std::string& user, const Secret& password);

}  // namespace poller::pop3
