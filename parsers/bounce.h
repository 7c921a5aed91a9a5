// Bounces and delivery reports: RFC 3464, and the forms of mail servers that know nothing of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/mail.h"
#include "model/verdict.h"

namespace poller {

struct BounceReport {
  MailKind kind = MailKind::bounce;                // or delivery_report: a success, or a delay
  std::optional<Bounce> bounce;                    // nothing for a report of success
  std::optional<std::string> reported_message_id;  // of a report of success: the mail that it is about
  std::vector<std::string> reasons;
};

/// Nothing when the mail is none.
std::optional<BounceReport> read_bounce(const Mail& mail, std::string_view raw);

}  // namespace poller
