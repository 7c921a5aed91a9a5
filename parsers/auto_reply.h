// Signs of machines in a mail's header (RFC 3834, and what Microsoft, Google, Amazon, Lotus and vacation programs put
// there instead).
#pragma once

#include <string>
#include <vector>

#include "model/mail.h"

namespace poller {

struct MachineSigns {
  bool auto_reply = false;           // an answer that no person wrote
  bool may_answer = true;            // false: an automatic answer must not be sent
  std::vector<std::string> reasons;  // "header:auto-submitted=auto-replied"
};

MachineSigns find_machine_signs(const Mail& mail);

}  // namespace poller
