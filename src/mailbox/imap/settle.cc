#include "mailbox/imap/settle.h"

#include <algorithm>

#include "base/steps.h"
#include "mailbox/imap/folder.h"
#include "mailbox/imap/refusal.h"
#include "mailbox/imap/wire_names.h"
#include "mailbox/imap/wire_sets.h"

namespace poller::imap {
namespace {

StatusLine change(Session& session, const std::string& command) {
  step("imap send");
  return session.run(command);
}

void must(const StatusLine& line, const char* doing) {
  if (line.status != Status::ok) throw refusal(line, doing, ErrorKind::temporary);
}

void flag(Session& session, const std::string& set, const char* flags) {
  must(change(session, "UID STORE " + set + " +FLAGS.SILENT (" + flags + ")"), "to flag mails");
}

// Plain EXPUNGE would remove whatever anybody has marked as deleted: only UID EXPUNGE (RFC 4315) removes ours alone.
void remove(Session& session, const std::string& set) {
  flag(session, set, "\\Deleted");
  must(change(session, "UID EXPUNGE " + set), "to remove mails");
}

void transfer(Session& session, const std::string& set, const std::string& folder) {
  const bool moves = session.can("MOVE");
  const StatusLine line =
      change(session, (moves ? "UID MOVE " : "UID COPY ") + set + " " + quote(encode_folder(folder)));
  if (line.status != Status::ok) throw folder_refusal(session, line, folder, "to move mails to the folder");
  if (!moves) remove(session, set);
}

void must_be_safe(const Session& session, const SettleAction& action) {
  using What = SettleAction::What;
  const bool removes = action.what == What::remove || (action.what == What::move && !session.can("MOVE"));
  if (!removes || session.can("UIDPLUS")) return;
  throw Error(ErrorKind::configuration,
              "the IMAP server can only remove all mails marked as deleted, not just ours (no UIDPLUS)",
              "Use after: keep or seen; mails that somebody else has marked must not be lost.");
}

}  // namespace

bool check_action(Session& session, const SettleAction& action, bool may_make_folder) {
  must_be_safe(session, action);
  if (action.what != SettleAction::What::move) return true;
  const auto folders = list_folders(session);
  const bool exists = std::any_of(folders.begin(), folders.end(),
                                  [&](const ListedFolder& f) { return same_folder(f.name, action.folder); });
  if (exists || !may_make_folder) return exists;
  // RFC 9051 section 6.3.4. The folder is named in the configuration on purpose; a refusal says which ones there are.
  const StatusLine line = change(session, "CREATE " + quote(encode_folder(action.folder)));
  if (line.status != Status::ok) throw folder_refusal(session, line, action.folder, "to create the folder");
  return true;
}

void settle_uids(Session& session, std::vector<std::uint32_t> uids, const SettleAction& action) {
  using What = SettleAction::What;
  if (uids.empty() || action.what == What::keep) return;
  must_be_safe(session, action);
  const std::size_t room = kCommandOctets - 200 - action.folder.size() * 4;
  for (const auto& set : uid_sets(std::move(uids), room)) {
    switch (action.what) {
      case What::seen:
        flag(session, set, "\\Seen");
        break;
      case What::remove:
        remove(session, set);
        break;
      case What::move:
        transfer(session, set, action.folder);
        break;
      case What::keep:
        break;
    }
  }
}

}  // namespace poller::imap
