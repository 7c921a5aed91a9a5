#include "mailbox/imap/search.h"

#include <algorithm>
#include <string>

#include "mailbox/imap/refusal.h"

namespace poller::imap {

namespace {

std::string search_command(std::uint32_t min_uid, const char* last, bool unseen) {
  std::string command = "UID SEARCH";
  if (min_uid > 1) command += " UID " + std::to_string(min_uid) + ":" + last;
  if (unseen) command += " UNSEEN";
  if (min_uid <= 1 && !unseen) command += " ALL";
  return command;
}

std::vector<std::uint32_t> numbers_of(Session& session, const std::string& command) {
  std::vector<std::uint32_t> uids;
  const StatusLine line = session.run(command, [&](Response& response) {
    if (response.kind != Response::Kind::search) return;
    uids.insert(uids.end(), response.numbers.begin(), response.numbers.end());
  });
  if (line.status != Status::ok) throw refusal(line, "to search the folder", ErrorKind::temporary);
  return uids;
}

}  // namespace

std::vector<std::uint32_t> search_uids(Session& session, std::uint32_t min_uid, bool unseen) {
  std::vector<std::uint32_t> uids = numbers_of(session, search_command(min_uid, "*", unseen));
  // "n:*" names at least the last mail of a folder (RFC 3501 section 6.4.8), so that no number at all is no answer:
  // GNU Mailutils' imap4d 3.15 finds nothing by "*" here, and its new mails would be seen a day late.
  if (uids.empty() && min_uid > 1 && !unseen && session.exists() > 0) {
    uids = numbers_of(session, search_command(min_uid, "4294967295", unseen));
  }
  std::sort(uids.begin(), uids.end());
  uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
  // The last mail comes also when its UID is below n; 0 is no UID.
  const std::uint32_t first = std::max<std::uint32_t>(min_uid, 1);
  uids.erase(uids.begin(), std::lower_bound(uids.begin(), uids.end(), first));
  return uids;
}

}  // namespace poller::imap
