// A Maildir or a drop folder of .eml files as a mailbox.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "mailbox/mailbox.h"

namespace poller {

/// Maildir (cur, new, tmp; https://cr.yp.to/proto/maildir.html): keyed by the unique name without flags; "seen" renames
/// into cur with the S flag; "move" goes into the Maildir of that name beside cur (".Folder"). Drop folder: every *.eml
/// of the folder itself, keyed by name, size and time of change, since such names are used again; "seen" leaves it
/// where it is (the ledger knows it); "move" renames into the folder of that name.
/// Watched by the kernel's notices (begin_watch); a file that somebody is still writing is left for later.
std::unique_ptr<Mailbox> make_directory_mailbox(std::string mailbox_name, std::filesystem::path path);

}  // namespace poller
