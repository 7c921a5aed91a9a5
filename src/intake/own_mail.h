// Mail of our own that came back: told by the key in its Message-ID, not by an address that anybody can write.
#pragma once

#include <optional>
#include <string>

#include "model/mail.h"
#include "storage/store.h"

namespace poller {

/// Why the mail is one of ours ("loop: …"); nothing for any other mail.
std::optional<std::string> find_own_mail(Store& store, const Mail& mail);

}  // namespace poller
