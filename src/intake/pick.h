// Which of a mail's signals decides.
#pragma once

#include <string>
#include <vector>

#include "intake/weighed.h"

namespace poller {

struct Picked {
  const Weighed* signal = nullptr;  // null: none may join
  std::string reason;               // where several tickets were named: why this one
};

/// The strongest kind that may join. Once our own id vouches for the conversation the nearest id counts, of whichever
/// kind, unless only a stranger to its ticket could have put it there; among equals the newer ticket.
Picked pick_signal(const std::vector<Weighed>& weighed);

}  // namespace poller
