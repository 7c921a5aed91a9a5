#include "mailbox/imap/search.h"

#include <algorithm>

#include "mailbox/imap/refusal.h"

namespace poller::imap {

std::vector<std::uint32_t> search_uids(Session& session, std::uint32_t min_uid, bool unseen) {
  std::string command = "UID SEARCH";
  if (min_uid > 1) command += " UID " + std::to_string(min_uid) + ":*";
  if (unseen) command += " UNSEEN";
  if (min_uid <= 1 && !unseen) command += " ALL";
  std::vector<std::uint32_t> uids;
  const StatusLine line = session.run(command, [&](Response& response) {
    if (response.kind != Response::Kind::search) return;
    uids.insert(uids.end(), response.numbers.begin(), response.numbers.end());
  });
  if (line.status != Status::ok) throw refusal(line, "to search the folder", ErrorKind::temporary);
  std::sort(uids.begin(), uids.end());
  uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
  // "n:*" gives the last mail even when its UID is below n (RFC 3501 section 6.4.8); 0 is no UID.
  const std::uint32_t first = std::max<std::uint32_t>(min_uid, 1);
  uids.erase(uids.begin(), std::lower_bound(uids.begin(), uids.end(), first));
  return uids;
}

}  // namespace poller::imap
