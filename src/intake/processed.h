// A mail after fetch, parse and classify: all that place and commit need.
#pragma once

#include <optional>
#include <string>

#include "model/mail.h"
#include "model/raw_mail.h"
#include "model/verdict.h"
#include "storage/store.h"

namespace poller {

struct Processed {
  RawMail raw;  // its bytes have moved into `packed`
  Mail mail;
  Verdict verdict;
  PackedRaw packed;
  std::string identity;      // second net, see identity.h
  UnixTime received_at = 0;  // arrival: the server's word, else the topmost Received, else Date, else now
  std::optional<std::string> quarantine_reason;  // set: it goes to quarantine instead of into a ticket
  bool is_stub = false;                          // the server gave its own words in place of the mail
  std::string queue;  // where it goes unless its ticket or a rule says otherwise; set at the commit, see route.h
  std::string queue_reason;
  bool before_start = false;              // known only by a renumbered folder and older than our start: left alone
  std::optional<QuarantineRow> retry_of;  // it was in quarantine: joins its minimal ticket, and the row is closed
};

struct ProcessOptions {
  std::uint64_t max_size = 0;  // larger goes to quarantine; 0: no limit
  UnixTime now = 0;
  std::optional<UnixTime> not_before;
};

/// Parse and classify. Never throws for a bad mail.
Processed process_mail(RawMail&& raw, const ProcessOptions& options);

}  // namespace poller
