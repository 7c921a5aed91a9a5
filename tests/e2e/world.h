// What the end-to-end tests of this program share: one OAuth server, one Dovecot that asks it, a user for each test.
#pragma once

#include <string>

#include "../support/dovecot.h"
#include "../support/oauth_server.h"
#include "home.h"

namespace poller::e2e {

/// Started at the first use, ended with the test program.
support::OAuthServer& oauth();
support::Dovecot& dovecot();
/// Another, where a token opens every mailbox of its user's domain.
support::Dovecot& dovecot_with_shared_mailboxes();

/// An address that no other test uses.
std::string new_user();

/// A home whose mailbox is `user` at that Dovecot, signed in. `port` 0 is Dovecot itself.
HomeOptions options_for(const std::string& user, std::uint16_t port = 0);
Home signed_in_home(const HomeOptions& options);

/// Puts mails first..first+count-1 (support/mail_maker.h) into the user's INBOX.
void deliver_mails(const std::string& user, int count, int first = 0);

/// How many mails of the folder bear the flag letter.
int flagged(const std::string& user, char flag, const std::string& folder = "INBOX");

}  // namespace poller::e2e
