// Complaints of receivers (ARF: RFC 5965, 6591, 6692; and Microsoft's and Amazon's own forms).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/mail.h"

namespace poller {

struct FeedbackReport {
  std::string type;    // "abuse", "fraud", "auth-failure", …; lower case
  std::string reason;  // the sign, for Verdict::reasons
};

/// Nothing when the mail is none.
std::optional<FeedbackReport> read_feedback(const Mail& mail, std::string_view raw);

}  // namespace poller
