#include "mailbox/imap/folder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "mailbox/imap/refusal.h"
#include "mailbox/imap/wire_names.h"

namespace poller::imap {
namespace {

constexpr std::size_t kMostFolders = 10'000;

std::uint32_t number_of(const StatusLine& line) {
  std::uint64_t value = 0;
  return text::parse_uint(line.arguments, value) && value <= UINT32_MAX ? static_cast<std::uint32_t>(value) : 0;
}

void note_status(const StatusLine& line, OpenFolder& open, bool& sticky) {
  if (line.code == "UIDVALIDITY") open.info.uidvalidity = number_of(line);
  if (line.code == "UIDNEXT") open.info.uidnext = number_of(line);
  if (line.code == "UIDNOTSTICKY") sticky = false;
}

bool can_be_opened(const ListedFolder& folder) {
  return std::none_of(folder.attributes.begin(), folder.attributes.end(), [](const std::string& attribute) {
    return text::iequals(attribute, "\\Noselect") || text::iequals(attribute, "\\NonExistent");
  });
}

std::string names_of(const std::vector<ListedFolder>& folders) {
  std::string out;
  for (const auto& folder : folders) {
    if (!can_be_opened(folder)) continue;
    if (out.size() > 400) return out + ", …";
    if (!out.empty()) out += ", ";
    out += shown_text(folder.name);
  }
  return out;
}

// How this server puts names together, where `wanted` does it in another way.
std::string naming_hint(const std::vector<ListedFolder>& folders, const std::string& wanted) {
  const auto known = std::find_if(folders.begin(), folders.end(), [](const auto& f) { return f.separator != 0; });
  if (known == folders.end()) return "";
  const char separator = known->separator;
  std::string hint;
  const auto other = wanted.find_first_of("/.\\");
  if (other != std::string::npos && wanted[other] != separator && wanted.find(separator) == std::string::npos)
    hint = fmt::format(" This server separates the parts of a name by '{}'.", text::escape_controls({&separator, 1}));
  const std::string below_inbox = std::string("INBOX") + separator;
  const bool all_below = std::all_of(folders.begin(), folders.end(), [&](const auto& f) {
    return text::iequals(f.name, "INBOX") || text::istarts_with(f.name, below_inbox);
  });
  if (separator == '.' && all_below && !text::istarts_with(wanted, "INBOX"))
    hint += " All names here begin with '" + below_inbox + "'.";
  return hint;
}

// Where the server has not told UIDNEXT (RFC 9051 section 6.3.2 demands it, RFC 3501 did not; Courier keeps it to
// itself): the number behind the last mail's.
std::uint32_t uid_behind_last(Session& session) {
  if (session.exists() == 0) return 1;
  std::uint32_t last = 0;
  const StatusLine line = session.run(fmt::format("FETCH {} (UID)", session.exists()), [&](Response& response) {
    if (response.kind == Response::Kind::fetch) last = std::max(last, response.item.uid);
  });
  if (line.status != Status::ok) throw refusal(line, "to tell the last mail's number", ErrorKind::temporary);
  return last + 1;
}

void check_opened(const OpenFolder& open, bool sticky) {
  if (open.info.uidvalidity != 0 && sticky) return;
  throw Error(
      ErrorKind::permanent,
      fmt::format("the IMAP server gives the mails of folder {} no lasting numbers (UIDVALIDITY)", open.info.name),
      "Without them no mail can be told from another; this server cannot be polled by IMAP.");
}

}  // namespace

OpenFolder open_folder(Session& session, const std::string& folder, bool read_only,
                       const std::function<void()>& admitted) {
  OpenFolder open;
  open.info.name = folder;
  bool sticky = true;
  session.enter_folder();
  std::vector<std::string> before{session.send_with_next("CAPABILITY")};
  if (session.can("ID"))
    before.push_back(session.send_with_next(R"(ID ("name" "poller" "version" ")" POLLER_VERSION R"("))"));
  if (session.can("NAMESPACE")) before.push_back(session.send_with_next("NAMESPACE"));
  const std::string select = session.send((read_only ? "EXAMINE " : "SELECT ") + quote(encode_folder(folder)));
  for (const auto& tag : before) {
    const StatusLine line = session.wait(tag);
    if (line.status != Status::ok)
      log::debug("imap: a preparatory command was refused", {{"text", shown_text(line.text)}});
  }
  if (admitted) admitted();
  const StatusLine line = session.wait(select, [&](Response& response) {
    if (response.kind == Response::Kind::status) note_status(response.line, open, sticky);
  });
  if (line.status != Status::ok) throw folder_refusal(session, line, folder, "to open the folder");
  note_status(line, open, sticky);
  open.info.exists = session.exists();
  open.read_only = read_only || line.code == "READ-ONLY";
  check_opened(open, sticky);
  if (open.info.uidnext == 0) open.info.uidnext = uid_behind_last(session);
  session.forget_news();
  return open;
}

std::vector<ListedFolder> list_folders(Session& session) {
  std::vector<ListedFolder> out;
  const StatusLine line = session.run(R"(LIST "" "*")", [&](Response& response) {
    if (response.kind != Response::Kind::list || out.size() >= kMostFolders) return;
    response.folder.name = decode_folder(response.folder.name);
    out.push_back(std::move(response.folder));
  });
  if (line.status != Status::ok) throw refusal(line, "to list the folders", ErrorKind::temporary);
  return out;
}

std::vector<std::uint64_t> last_sizes(Session& session, std::size_t most) {
  std::vector<std::uint64_t> sizes;
  const std::size_t exists = session.exists();
  if (exists == 0 || most == 0) return sizes;
  const std::size_t first = exists > most ? exists - most + 1 : 1;
  const StatusLine line = session.run(fmt::format("FETCH {}:* (UID RFC822.SIZE)", first), [&](Response& response) {
    if (response.kind == Response::Kind::fetch && response.item.size && sizes.size() < most) {
      sizes.push_back(*response.item.size);
    }
  });
  if (line.status != Status::ok) throw refusal(line, "to tell the sizes of mails", ErrorKind::temporary);
  return sizes;
}

Error folder_refusal(Session& session, const StatusLine& line, const std::string& folder, const std::string& doing) {
  const std::string what = doing + " " + text::escape_controls(folder);
  Error plain = refusal(line, what, ErrorKind::permanent);
  const bool undecided = plain.kind() == ErrorKind::permanent;
  if (!undecided && line.code != "NONEXISTENT" && line.code != "TRYCREATE") return plain;
  const auto folders = list_folders(session);
  const auto found =
      std::find_if(folders.begin(), folders.end(), [&](const ListedFolder& f) { return same_folder(f.name, folder); });
  if (found != folders.end() && can_be_opened(*found)) {
    // It is there: a busy server, or a right that is missing, and the words are all there is to tell.
    return undecided ? Error(ErrorKind::temporary, plain.what(), "If this stays: does the account have rights on it?")
                     : plain;
  }
  return {
      ErrorKind::configuration,
      fmt::format("there is no folder {} in this mailbox ({})", text::escape_controls(folder), shown_text(line.text)),
      "Folders there are: " + names_of(folders) + "." + naming_hint(folders, folder) +
          " Correct `folder` or `after`, or create it."};
}

}  // namespace poller::imap
