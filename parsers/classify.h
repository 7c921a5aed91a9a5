// What kind of mail this is (RFC 3834, 3464, 5965, 5546, 2919 and what real software sends instead).
#pragma once

#include <string_view>

#include "model/mail.h"
#include "model/verdict.h"

namespace poller {

/// `raw` are the bytes that `mail` was parsed from: reports are read out of its parts.
Verdict classify(const Mail& mail, std::string_view raw);

}  // namespace poller
