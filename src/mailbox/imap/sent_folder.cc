#include "mailbox/imap/sent_folder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "mailbox/imap/folder.h"
#include "mailbox/imap/refusal.h"
#include "mailbox/imap/sign_in.h"

namespace poller::imap {
namespace {

constexpr std::uint32_t kRecentMails = 1000;

std::string sent_folder_name(Session& session) {
  for (const auto& folder : list_folders(session)) {
    const bool is_sent = std::any_of(folder.attributes.begin(), folder.attributes.end(),
                                     [](const std::string& a) { return text::iequals(a, "\\Sent"); });
    if (is_sent) return folder.name;
  }
  throw Error(ErrorKind::configuration, "the account has no folder with the attribute \\Sent");
}

void note_ids(std::string_view header, const std::vector<std::string>& wanted, std::vector<std::string>& found) {
  for (const auto& id : wanted) {
    if (header.find("<" + id + ">") == std::string_view::npos) continue;
    if (std::find(found.begin(), found.end(), id) == found.end()) found.push_back(id);
  }
}

}  // namespace

std::vector<std::string> find_in_sent(const TransportOptions& server, const Account& account,
                                      const Deadlines& deadlines, const std::vector<std::string>& message_ids) {
  Session session(server, deadlines);
  session.connect();
  const Secret secret = account.secret();
  learn_capabilities(session);
  if (account.with_token) {
    sign_in_with_token(session, account.user, secret);
  } else {
    sign_in_with_password(session, account.user, secret);
  }
  const OpenFolder folder = open_folder(session, sent_folder_name(session), true);
  std::vector<std::string> found;
  if (folder.info.exists > 0) {
    const std::uint32_t first = folder.info.exists > kRecentMails ? folder.info.exists - kRecentMails + 1 : 1;
    const StatusLine line = session.run(
        fmt::format("FETCH {}:* (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID X-MICROSOFT-ORIGINAL-MESSAGE-ID)])", first),
        [&](Response& response) {
          if (response.kind == Response::Kind::fetch) note_ids(response.item.body, message_ids, found);
        });
    if (line.status != Status::ok) throw refusal(line, "to read the Sent folder", ErrorKind::temporary);
  }
  session.close();
  return found;
}

}  // namespace poller::imap
