// Opening a folder, and what folders there are.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mailbox/imap/session.h"
#include "mailbox/mailbox.h"

namespace poller::imap {

struct OpenFolder {
  FolderInfo info;
  bool read_only = false;  // whatever was asked for: the server says so
};

/// Behind the sign-in, in one flight: CAPABILITY anew, ID, NAMESPACE, and SELECT or EXAMINE of `folder` (UTF-8).
/// Exchange accepts a sign-in for a mailbox that it then does not open: the first command tells (Error(sign_in)).
/// `admitted` is called once the commands before SELECT are answered: the mailbox is ours to open.
/// Throws Error(configuration) that names the folders there are when `folder` does not exist.
OpenFolder open_folder(Session& session, const std::string& folder, bool read_only,
                       const std::function<void()>& admitted = {});

/// RFC822.SIZE of the last `most` mails of the open folder.
std::vector<std::uint64_t> last_sizes(Session& session, std::size_t most);

/// Every folder, names in UTF-8.
std::vector<ListedFolder> list_folders(Session& session);

/// The Error for a folder that a command cannot use: with the folders there are, where that is the reason.
Error folder_refusal(Session& session, const StatusLine& line, const std::string& folder, const std::string& doing);

}  // namespace poller::imap
