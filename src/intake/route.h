// The queue of a mail by who it was sent to.
#pragma once

#include <string>

#include "config/config.h"
#include "model/mail.h"

namespace poller {

struct Route {
  std::string queue;
  std::string
      reason;  // "recipient:billing@contoso.com -> queue billing"; empty: the mailbox's own, for want of another
};

/// Before rules: the first recipient that a queue claims, by `queues[].addresses`, with or without a "+detail", or by
/// "mailbox+QUEUE@…". The mail system's own word (X-Original-To, Delivered-To, Envelope-To) comes before To, To before
/// Cc. Where the mailbox's own address stands in To, an address in Cc is only a copy. A mailbox whose queue has
/// `own_copy` keeps what names its own address in either.
Route choose_queue(const config::Config& config, const config::Mailbox& mailbox, const Mail& mail);

}  // namespace poller
