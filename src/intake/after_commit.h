// What is to happen in the transaction that stores a mail, beside storing it: automatic answers and the like. Intake
// owns this interface and calls it; src/outbound serves it.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "intake/processed.h"
#include "model/placement.h"
#include "storage/store.h"

namespace poller {

struct StoredMail {
  const Processed& mail;
  const Placement& placement;  // outcome stored, or quarantined with a ticket of its own
  const config::Mailbox& mailbox;
};

class AfterCommit {
 public:
  virtual ~AfterCommit() = default;
  /// Called within the mail's savepoint, after the mail has been written. What it returns joins the reasons that
  /// `explain` shows: what was queued, and what was held back and why.
  virtual std::vector<std::string> mail_stored(Store& store, Transaction& tx, const StoredMail& stored) = 0;
};

}  // namespace poller
