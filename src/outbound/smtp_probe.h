// A conversation with an SMTP server that sends no mail: can we connect, sign in, and be the sender?
#pragma once

#include <functional>
#include <string>

#include "base/limits.h"
#include "base/secret.h"
#include "config/config.h"
#include "mailbox/mailbox.h"

namespace poller::outbound {

/// Where the probe gets its secret from, when it signs in: the token, or SMTP's password. May throw Error, which
/// probe_smtp() passes on. Not asked where the mailbox sends without a sign-in.
using SmtpSecret = std::function<Secret()>;

/// Tells `observer` of "smtp-connect", "smtp-tls" and "smtp-sign-in" as each is done; when it throws, the step behind
/// the last one told has failed. Behind the sign-in the server is asked whether the sender may send (MAIL FROM), and
/// that is taken back (RSET). Exchange Online tells of a missing Send As only when a whole mail has been given, which
/// is not done here. `mailbox.smtp` must be set; `proxy` as in open_mailbox().
void probe_smtp(const config::Mailbox& mailbox, const SmtpSecret& secret, const Deadlines& deadlines,
                const std::string& proxy, const OpenObserver& observer);

}  // namespace poller::outbound
