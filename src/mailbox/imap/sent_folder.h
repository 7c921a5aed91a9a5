// The account's Sent folder, read to learn what the server has taken over.
#pragma once

#include <string>
#include <vector>

#include "mailbox/imap/imap_mailbox.h"
#include "mailbox/imap/session.h"

namespace poller::imap {

/// Which of `message_ids` (without angle brackets) the folder with the attribute \Sent (RFC 6154) holds among its mails
/// since `since` (of its last 50,000). Message-ID and X-Microsoft-Original-Message-ID are fetched and compared here,
/// since servers' SEARCH HEADER cannot be relied on. Throws Error(configuration) where there is no such folder, and
/// what a session throws.
std::vector<std::string> find_in_sent(const TransportOptions& server, const Account& account,
                                      const Deadlines& deadlines, const std::vector<std::string>& message_ids,
                                      UnixTime since);

}  // namespace poller::imap
