// winmail.dat (TNEF, [MS-OXTNEF]): what Outlook and Exchange wrap attachments and bodies in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace poller {

struct WinmailFile {
  std::string name;          // long name, UTF-8, may be empty; not yet made safe
  std::string content_type;  // from PR_ATTACH_MIME_TAG, else by extension, else application/octet-stream
  std::optional<std::string> content_id;
  std::string bytes;  // an embedded message is a mail that we make of it: message/rfc822
};

struct Winmail {
  std::vector<WinmailFile> files;   // in order
  std::optional<std::string> html;  // UTF-8, also from RTF that wraps HTML
  std::optional<std::string> text;  // UTF-8, from plain body or RTF
  bool damaged = false;             // something was cut or contradicted itself; what was readable is here
};

/// Nothing when it is no TNEF at all. Never gives more decoded bytes than `limit` in all. The same bytes give the same
/// files in the same order.
std::optional<Winmail> open_winmail(std::string_view bytes, std::size_t limit);

}  // namespace poller
