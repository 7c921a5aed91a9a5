// The one place that knows which class serves which protocol.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/secret.h"
#include "config/config.h"
#include "mailbox/mailbox.h"

namespace poller {

/// Where a session gets its secrets from, at the moment it signs in. Each may throw Error (sign_in, temporary, …),
/// which open() passes on.
struct Credentials {
  std::function<Secret()> access_token;  // auth: oauth
  std::function<Secret()> password;      // auth: password
};

/// A session on that mailbox, not yet open. `proxy` is a URL; empty means what the environment says.
std::unique_ptr<Mailbox> open_mailbox(const config::Mailbox& mailbox, Credentials credentials,
                                      const Deadlines& deadlines, const std::string& proxy);

/// Which of `message_ids` (without angle brackets) of mails since `since` stand in the Sent folder of `user`'s mailbox
/// on the mailbox's IMAP server (see imap/sent_folder.h). Throws Error(configuration) for a mailbox that is not read by
/// IMAP.
std::vector<std::string> find_in_sent_folder(const config::Mailbox& mailbox, const std::string& user,
                                             Credentials credentials, const Deadlines& deadlines,
                                             const std::string& proxy, const std::vector<std::string>& message_ids,
                                             UnixTime since);

}  // namespace poller
