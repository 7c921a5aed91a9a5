// Which mails there are.
#pragma once

#include <cstdint>
#include <vector>

#include "mailbox/imap/session.h"

namespace poller::imap {

/// UIDs from `min_uid` on, ascending, without doubles. `unseen` alone, where asked for.
std::vector<std::uint32_t> search_uids(Session& session, std::uint32_t min_uid, bool unseen);

}  // namespace poller::imap
