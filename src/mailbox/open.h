// The one place that knows which class serves which protocol.
#pragma once

#include <functional>
#include <memory>
#include <string>

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

}  // namespace poller
