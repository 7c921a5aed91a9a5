// A mailbox on a POP3 server.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/limits.h"
#include "base/secret.h"
#include "lib/curl/transport.h"
#include "mailbox/mailbox.h"

namespace poller::pop3 {

struct Account {
  std::string mailbox;  // the configured name, for SourceKey
  std::string user;     // SASL user, or USER's
  bool with_token = true;
  bool hash_ledger = false;        // a server without UIDL is read whole each time, and mails known by their hash
  std::function<Secret()> secret;  // access token or password, asked for at each open()
};

std::unique_ptr<Mailbox> make_pop3_mailbox(TransportOptions server, Account account, const Deadlines& deadlines);

}  // namespace poller::pop3
