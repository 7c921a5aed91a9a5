// Stored mails read anew by today's parsers and rules, held against what is stored.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "config/config.h"
#include "intake/rules.h"
#include "storage/store.h"

namespace poller {

/// A value that today's reading would make another; long ones are cut.
struct FieldDifference {
  std::string field;  // "subject", "text", "attachments", as `inspect` calls them
  std::string before;
  std::string after;
};

struct MailDifference {
  MessageId message = 0;
  TicketId ticket = 0;  // 0: none
  std::vector<FieldDifference> fields;
  /// What today's rules ask for that the ticket does not have, "queue=billing": for a person to decide, never done.
  std::vector<std::string> rules;
};

struct ReparseOptions {
  UnixTime since = 0;  // received at or after
  bool dry_run = false;
  std::string who;
  std::function<void(const MailDifference&)> on_difference;
};

struct ReparseSummary {
  std::uint64_t mails = 0;
  std::uint64_t changed = 0;   // whose derived fields differ
  std::uint64_t by_rules = 0;  // of which today's rules would have made something else
  std::uint64_t without_bytes = 0;
  std::uint64_t tickets = 0;  // that have such a mail
};

/// Without dry_run the derived fields are rewritten, with a line of change_v1 each. No mail changes its ticket, and no
/// ticket its queue, status or anything else that people may have set since.
ReparseSummary reparse(Store& store, const config::Config& config, const Clock& clock, const ReparseOptions& options);

}  // namespace poller
