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

constexpr std::uint32_t kMailsAtOnce = 1000;
constexpr std::uint32_t kMostMails = 50'000;

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
                                      const Deadlines& deadlines, const std::vector<std::string>& message_ids,
                                      UnixTime since) {
  Session session(server, deadlines, account.mailbox);
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
  // From its end, until a mail is older. What comes in meanwhile moves no number.
  std::uint32_t last = folder.info.exists;
  const std::uint32_t least = last > kMostMails ? last - kMostMails : 0;
  for (bool older = false; last > least && !older && found.size() < message_ids.size();) {
    const std::uint32_t first = last - least > kMailsAtOnce ? last - kMailsAtOnce + 1 : least + 1;
    const StatusLine line = session.run(fmt::format("FETCH {}:{} (UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID "
                                                    "X-MICROSOFT-ORIGINAL-MESSAGE-ID)])",
                                                    first, last),
                                        [&](Response& response) {
                                          if (response.kind != Response::Kind::fetch) return;
                                          older = older || response.item.internal_date.value_or(since) < since;
                                          note_ids(response.item.body, message_ids, found);
                                        });
    if (line.status != Status::ok) throw refusal(line, "to read the Sent folder", ErrorKind::temporary);
    last = first - 1;
  }
  session.close();
  return found;
}

}  // namespace poller::imap
