// The name of a mail in a mailbox, as every line of the log about it has it under "uid".
#pragma once

#include <string>

#include "model/source.h"

namespace poller {

/// IMAP's number, or POP3's unique-id, or the file.
inline std::string uid_text(const SourceKey& source) {
  return source.uid != 0 ? std::to_string(source.uid) : source.uidl;
}

}  // namespace poller
