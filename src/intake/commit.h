// Writes processed mails into the store: a group of mails, one durable transaction, a savepoint each.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "config/config.h"
#include "intake/after_commit.h"
#include "intake/own_mail.h"
#include "intake/place.h"
#include "intake/processed.h"
#include "intake/rules.h"
#include "model/placement.h"
#include "storage/store.h"

namespace poller {

/// What became of one mail, for JSON lines, logs and counters.
struct MailEvent {
  SourceKey source;
  std::string file;
  std::string sha256;
  std::uint64_t bytes = 0;
  Placement placement;
  UnixTime received_at = 0;      // arrival, as far as it is known; 0: not looked at
  std::int64_t lag_seconds = 0;  // from then to the commit
};

struct CommitOptions {
  bool dry_run = false;       // everything is computed, nothing stays
  bool settle_needed = true;  // false where the server is not told (after: keep, replay)
  bool retry_later = true;    // false for replay: a mail that cannot be stored goes to quarantine at once
  std::optional<Lease> lease;
  AfterCommit* after = nullptr;  // who is told of each mail stored, within its savepoint; null: nobody
  const Rules* rules = nullptr;  // tried on each new mail; null: none
};

class Committer {
 public:
  Committer(Store& store, const config::Config& config, const config::Mailbox& mailbox, const Clock& clock,
            CommitOptions options);

  /// One transaction. When it returns the mails are durable (unless dry_run). A mail that cannot be written is left
  /// out, counted as an attempt and, at the third, put into quarantine; only trouble with the store itself is thrown.
  std::vector<MailEvent> commit(std::vector<Processed>&& group);

 private:
  MailEvent place_one(Transaction& tx, Processed& mail);
  std::optional<MailEvent> try_one(Transaction& tx, Processed& mail);
  Placement store_mail(Transaction& tx, Processed& mail);
  MessageId store_message(Transaction& tx, const Processed& mail, const Placement& placement,
                          Direction direction = Direction::in);
  Placement store_own(Transaction& tx, const Processed& mail, const std::string& reason);
  /// Whether a new ticket may lead to mail of ours at all.
  [[nodiscard]] bool may_set_off() const { return options_.after != nullptr && mailbox_.smtp; }
  TicketId open_ticket(Transaction& tx, const Processed& mail, const Address& requester, const RuleOutcome& ruled);
  Placement store_dropped(Transaction& tx, const Processed& mail, const Target& target, const RuleOutcome& ruled);
  Placement in_quarantine_already(const Processed& mail);
  Target choose(const Processed& mail);
  [[nodiscard]] Target unplaced(const Processed& mail) const;
  Placement store_further(Transaction& tx, const Processed& mail, const StoredMessageRef& first, std::string reason);
  Placement store_duplicate(Transaction& tx, const Processed& mail, const StoredMessageRef& first);
  Placement skip_old(Transaction& tx, const Processed& mail);
  Placement store_quarantined(Transaction& tx, const Processed& mail, const std::string& reason, const Target& target,
                              const std::vector<std::string>& more_reasons = {});
  void note_ledger(Transaction& tx, const Processed& mail, LedgerState state, std::optional<MessageId> message);
  void tell_after(Transaction& tx, const Processed& mail, Placement& placement);
  Placement store_quarantined_by_rule(Transaction& tx, const Processed& mail, const Target& target,
                                      const RuleOutcome& ruled);
  [[nodiscard]] bool keeps_to_itself(const std::string& queue) const;
  std::optional<StoredMessageRef> first_copy(const Processed& mail);
  std::optional<StoredMessageRef> copy_in(std::optional<TicketId> ticket, const Processed& mail);
  bool is_in_quarantine(const SourceKey& source);
  int attempts_of(const SourceKey& source);

  Store& store_;
  const config::Config& config_;
  const config::Mailbox& mailbox_;
  const Clock& clock_;
  CommitOptions options_;
  std::unique_ptr<Transaction> dry_run_;
};

}  // namespace poller
