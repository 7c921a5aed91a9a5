#include "intake/retry.h"

#include <fmt/format.h>

#include "base/error.h"
#include "intake/trial.h"

namespace poller {

MailEvent retry_stored(Store& store, const config::Config& config, const QuarantineRow& row, const Clock& clock,
                       std::uint64_t max_size) {
  const config::Mailbox* mailbox = config::find_mailbox(config, row.mailbox);
  if (mailbox == nullptr) {
    throw Error(ErrorKind::usage, fmt::format("mailbox \"{}\" is not configured any more", row.mailbox),
                "Save the bytes with `poller quarantine export` and give them to `poller replay --mailbox`.");
  }
  auto bytes = store.raw(row.sha256);
  if (!bytes) throw Error(ErrorKind::corrupt, fmt::format("the bytes of quarantine {} are missing", row.id));
  RawMail raw;
  raw.source = row.source;
  raw.received_at = row.received_at;
  raw.bytes = std::move(*bytes);
  const ProcessOptions options{max_size != 0 ? max_size : mailbox->max_size, clock.unix_now(), std::nullopt};
  MailEvent failed{row.source, {}, row.sha256, row.size, {}, 0, 0};
  failed.placement.outcome = Outcome::quarantined;
  if (!survives_processing(std::span(&raw, 1), options).front()) {
    failed.placement.reasons.emplace_back("quarantine: processing it still ends the process");
    return failed;
  }
  Processed mail = process_mail(std::move(raw), options);
  mail.retry_of = row;
  const Rules rules(config);
  Committer committer(store, config, *mailbox, clock, {false, false, false, std::nullopt, nullptr, &rules});
  std::vector<Processed> group;
  group.push_back(std::move(mail));
  auto events = committer.commit(std::move(group));
  return events.empty() ? failed : std::move(events.front());
}

}  // namespace poller
