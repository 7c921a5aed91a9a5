// What a pass has to fetch: the server's list held against the ledger.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "config/config.h"
#include "mailbox/mailbox.h"
#include "storage/store.h"

namespace poller {

/// A mail that a process died with, or that failed before.
struct Retried {
  Listed listed;
  int attempts = 0;
};

/// A mail in quarantine that a person wants fetched again.
struct WantedRetry {
  Listed listed;
  QuarantineRow row;
};

class Candidates {
 public:
  /// Lists the open session's folder. Notes a new UIDVALIDITY and the start point (unless dry_run).
  Candidates(Store& store, const config::Mailbox& mailbox, Mailbox& session, const Clock& clock, bool dry_run,
             const std::optional<Lease>& lease);

  std::vector<Listed> fresh;  // never seen, in the server's order
  std::vector<Retried> left_in_hand;
  std::vector<WantedRetry> retries;

  /// `fresh` cut into slices of at most `size`, `limit` mails in all (0: no limit).
  [[nodiscard]] std::vector<std::span<const Listed>> slices(std::size_t size, std::uint64_t limit) const;

  /// After the server renumbered a folder that was not read from its beginning: mails that arrived earlier are left
  /// alone.
  [[nodiscard]] std::optional<UnixTime> not_before() const { return not_before_; }

  /// At the end of a pass: how far the folder is known, so that the next pass lists only what is above.
  void remember(const std::optional<Lease>& lease);

 private:
  void prepare_folder();
  [[nodiscard]] std::string started_key() const;
  [[nodiscard]] bool is_wanted(const Listed& listed) const;
  void sort_out(std::vector<Listed>&& listed, const std::optional<Lease>& lease);
  void add_wanted_retries(const std::vector<Listed>& listed);

  Store& store_;
  const config::Mailbox& mailbox_;
  const Clock& clock_;
  bool dry_run_;
  FolderInfo folder_;
  FolderState state_;
  std::optional<UnixTime> not_before_;
  bool first_time_ = false;  // nothing is known of this folder
  bool is_noted_ = true;     // state_ is in the store as it stands here
  bool listed_in_full_ = false;
  std::uint32_t highest_ = 0;
};

}  // namespace poller
