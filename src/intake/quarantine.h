// Mail that goes to quarantine: its row, the message that stands for it, the ticket that is made for it, and what
// becomes of that ticket once the mail is retried.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "intake/place.h"
#include "intake/processed.h"
#include "intake/rules.h"
#include "storage/store.h"

namespace poller {

/// What `explain` is to say of a mail that joins no ticket: the verdict and the signals as they were weighed, without
/// what would have come of them.
void record_unplaced(const Target& target, Placement& placement);

struct QuarantineContext {
  Store& store;
  const config::Config& config;
  const config::Mailbox& mailbox;
  bool dry_run;
};

/// `quarantine: ticket` also makes a minimal ticket, linked with the one that the mail names, so that a customer is
/// never ignored. `more_reasons` follow the reason in the decision record.
Placement put_in_quarantine(const QuarantineContext& context, Transaction& tx, const Processed& mail,
                            const Target& target, const std::string& reason, int attempts,
                            const std::vector<std::string>& more_reasons);

/// The message that stands for the same mail, which is in quarantine already or was: come through another mailbox, or
/// again under another name. To be asked for a mail that is about to go there itself, and for no other.
std::optional<StoredMessageRef> find_quarantined_copy(const QuarantineContext& context, const Processed& mail);

/// Whether every byte of the mail is here: it may then be settled on the server.
bool is_whole(const Processed& mail);

/// Of a mail that was retried: where it names no ticket it joins the one that was made for it, by the policy for closed
/// ones like any answer. Where it names another, that one takes in what was made for it.
void place_retried(Store& store, const config::Config& config, const Processed& mail, UnixTime now, Target& target);

/// Gives the ticket that was made for the mail the mail's own requester and subject, where the mail is in it and nobody
/// has set them since.
void dress_retried(Store& store, Transaction& tx, const Processed& mail, const Target& target, const RuleOutcome& ruled,
                   const std::string& who, UnixTime now);

}  // namespace poller
