// One pass over one mailbox: settle what is owed, list, fetch ∥ parse ∥ commit, settle.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "intake/commit.h"
#include "mailbox/mailbox.h"

namespace poller {

struct PassSummary {
  std::uint64_t mails = 0, stored = 0, duplicate = 0, ignored = 0, quarantined = 0, tickets_created = 0, bytes = 0;
  double seconds = 0;
  std::optional<std::int64_t> lag_seconds;  // age at commit of the mail committed last
  bool more = false;                        // a bound of PassOptions ended it: there is more to fetch
  void add(const MailEvent& event);
};

struct PassProgress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::uint64_t bytes = 0;
};

struct PassOptions {
  bool dry_run = false;
  std::uint64_t max_mails = 0;       // of one pass; 0: all
  std::uint64_t max_bytes = 0;       // fetched in one pass, checked between slices; 0: all
  std::chrono::seconds max_time{0};  // 0: until nothing new is left
  std::function<void(const MailEvent&)> on_mail;
  std::function<void(const PassProgress&)> on_progress;
  AfterCommit* after = nullptr;  // see CommitOptions
  const Rules* rules = nullptr;  // likewise
  std::stop_token stop;          // finishes the mails in hand
};

/// A session that is not open yet; `refresh_token`: the last token was refused or has expired.
using SessionFactory = std::function<std::unique_ptr<Mailbox>(bool refresh_token)>;

/// Whether that ended a session which goes on with another token (see Mailbox).
bool says_token_expired(const Error& error);

/// Throws Error: temporary (LeaseHeld when another process has the mailbox), unreachable, sign_in, configuration,
/// storage. What was committed before stays committed, and is settled now or by the next pass.
PassSummary run_pass(Store& store, const config::Config& config, const config::Mailbox& mailbox,
                     const SessionFactory& factory, const Clock& clock, const PassOptions& options);

/// The same on a session that lives on between passes: `kept` is opened where it is empty, is still open afterwards
/// where the protocol leaves it so, and is empty after an error. `refresh_token`: as for the factory.
PassSummary run_pass_on(std::unique_ptr<Mailbox>& kept, Store& store, const config::Config& config,
                        const config::Mailbox& mailbox, const SessionFactory& factory, const Clock& clock,
                        const PassOptions& options, bool refresh_token = false);

}  // namespace poller
