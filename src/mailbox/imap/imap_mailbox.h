// A mailbox on an IMAP server.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/limits.h"
#include "base/secret.h"
#include "lib/curl/transport.h"
#include "mailbox/mailbox.h"

namespace poller::imap {

struct Account {
  std::string mailbox;  // the configured name, for SourceKey
  std::string folder;   // UTF-8
  std::string user;     // SASL user
  bool with_token = true;
  std::function<Secret()> secret;  // access token or password, asked for at each open()
};

std::unique_ptr<Mailbox> make_imap_mailbox(TransportOptions server, Account account, const Deadlines& deadlines);

}  // namespace poller::imap
