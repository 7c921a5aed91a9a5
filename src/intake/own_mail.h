// Mail of our own that came back: told by the key in its Message-ID, not by an address that anybody can write.
#pragma once

#include <optional>
#include <string>

#include "model/mail.h"
#include "storage/store.h"

namespace poller {

struct OwnMail {
  std::optional<MessageId> message;  // as which it stands in its ticket; nothing for notices and alerts
  std::string reason;                // "loop: …"
};

/// Nothing for any other mail.
std::optional<OwnMail> find_own_mail(Store& store, const Mail& mail);

}  // namespace poller
