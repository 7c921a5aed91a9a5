#include "service/metrics.h"

#include <algorithm>
#include <array>

#include "service/error_word.h"

namespace poller {
namespace {

constexpr std::array kMailKinds{MailKind::bounce,     MailKind::delivery_report, MailKind::feedback_report,
                                MailKind::auto_reply, MailKind::calendar,        MailKind::list,
                                MailKind::mail};
constexpr std::array kRefreshResults{"ok",        "sign-in",     "configuration", "temporary",
                                     "throttled", "unreachable", "storage"};
constexpr std::array kServerErrors{"temporary",     "throttled", "unreachable", "permanent", "sign-in",
                                   "configuration", "limit",     "corrupt",     "vault",     "ours"};
constexpr std::array kStorageErrors{"storage", "busy", "corrupt", "low"};
constexpr std::array kSendResults{"sent", "retry", "uncertain", "failed"};

const std::vector<double> kDurations{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300};
const std::vector<double> kLags{1, 2, 5, 10, 30, 60, 120, 300, 900, 3600, 14400, 86400};

double number_of(std::chrono::seconds time) { return static_cast<double>(time.count()); }

}  // namespace

Metrics::Metrics()
    : build_info_("gauge", "poller_build_info", "The version that runs.", {"version"}),
      last_success_("gauge", "poller_poll_last_success_timestamp_seconds",
                    "When the mailbox was last looked through without an error; 0: never.", {"mailbox"}),
      interval_("gauge", "poller_poll_interval_seconds",
                "How often the mailbox is looked through when all is well: poll_every, or the renewal of IDLE.",
                {"mailbox"}),
      fetched_("counter", "poller_mail_fetched_total", "Mails fetched and committed.", {"mailbox"}),
      fetched_bytes_("counter", "poller_mail_fetched_bytes_total", "Bytes of the mails fetched and committed.",
                     {"mailbox"}),
      tickets_created_("counter", "poller_tickets_created_total", "Tickets created by mail.", {"queue"}),
      stored_("counter", "poller_messages_stored_total", "Messages stored, by kind of mail.", {"kind"}),
      duplicates_("counter", "poller_duplicates_total", "Mails that were stored already."),
      quarantined_("gauge", "poller_quarantined", "Mails in quarantine that wait for a person."),
      outbox_pending_("gauge", "poller_outbox_pending", "Messages that wait to be sent."),
      outbox_full_("gauge", "poller_outbox_full", "1 while automatic answers are refused: outbound.max_pending wait."),
      outbox_sent_("counter", "poller_outbox_sent_total", "Attempts to send, by result.", {"result"}),
      token_refresh_("counter", "poller_token_refresh_total", "Requests for a new access token, by result.",
                     {"mailbox", "result"}),
      token_expiry_("gauge", "poller_token_expiry_timestamp_seconds",
                    "When the sign-in ends unless it is used before; 0: not known.", {"mailbox"}),
      secret_expiry_("gauge", "poller_client_secret_expiry_timestamp_seconds",
                     "When the app's client secret (client_secret_expires) or certificate ends; 0: not known.",
                     {"mailbox"}),
      sign_in_needed_("gauge", "poller_sign_in_needed",
                      "1 while the mailbox waits for a sign-in, or for the app to be mended.", {"mailbox"}),
      server_errors_("counter", "poller_mail_server_errors_total", "Passes that ended with an error, by its kind.",
                     {"mailbox", "kind"}),
      storage_errors_("counter", "poller_storage_errors_total", "Failures of the storage, by kind.", {"kind"}),
      free_bytes_("gauge", "poller_storage_free_bytes", "Room left where the storage lies."),
      duration_("poller_poll_duration_seconds", "How long a pass over the mailbox took.", "mailbox", kDurations),
      lag_("poller_mail_lag_seconds", "Age of a mail when it was committed.", "mailbox", kLags) {
  build_info_.set({POLLER_VERSION}, 1);
  for (const auto kind : kMailKinds) stored_.declare({to_string(kind)});
  for (const auto* result : kSendResults) outbox_sent_.declare({result});
  for (const auto* kind : kStorageErrors) storage_errors_.declare({kind});
}

void Metrics::declare(const config::Config& config) {
  const std::lock_guard lock(mutex_);
  idle_renew_ = config.deadlines.idle_renew;
  for (const auto& queue : config.queues) tickets_created_.declare({queue.name});
  for (const auto& mailbox : config.mailboxes) {
    for (auto* family : {&last_success_, &fetched_, &fetched_bytes_, &token_expiry_, &secret_expiry_, &sign_in_needed_})
      family->declare({mailbox.name});
    // Not shorter than it was: the last success may be as old as that.
    interval_.set({mailbox.name}, std::max(interval_.value({mailbox.name}), number_of(mailbox.poll_every)));
    duration_.declare(mailbox.name);
    lag_.declare(mailbox.name);
    for (const auto* result : kRefreshResults) token_refresh_.declare({mailbox.name, result});
    for (const auto* kind : kServerErrors) server_errors_.declare({mailbox.name, kind});
  }
}

void Metrics::mail(const config::Mailbox& mailbox, const MailEvent& event) {
  const std::lock_guard lock(mutex_);
  fetched_.add({mailbox.name}, 1);
  fetched_bytes_.add({mailbox.name}, static_cast<double>(event.bytes));
  if (event.received_at != 0) lag_.observe(mailbox.name, static_cast<double>(event.lag_seconds));
  if (event.placement.outcome == Outcome::duplicate) duplicates_.add({}, 1);
  if (event.placement.outcome == Outcome::stored) stored_.add({to_string(event.placement.kind)}, 1);
  if (event.placement.is_new_ticket) tickets_created_.add({event.placement.queue}, 1);
}

void Metrics::turn(const TurnReport& report, UnixTime now) {
  const std::lock_guard lock(mutex_);
  const std::string& name = report.mailbox.name;
  mails_ += report.summary.mails;
  duration_.observe(name, report.took.count());
  if (report.error == nullptr) {
    last_success_.set({name}, static_cast<double>(now));
    interval_.set({name}, number_of(success_interval(report, idle_renew_)));
    sign_in_needed_.set({name}, 0);
  } else {
    if (report.error->kind() == ErrorKind::sign_in) sign_in_needed_.set({name}, 1);
    server_errors_.add({name, error_word(*report.error)}, 1);
  }
}

std::uint64_t Metrics::mails_since_start() const {
  const std::lock_guard lock(mutex_);
  return mails_;
}

void Metrics::token_refresh(const std::vector<std::string>& mailboxes, std::string_view result) {
  const std::lock_guard lock(mutex_);
  for (const auto& mailbox : mailboxes) token_refresh_.add({mailbox, std::string(result)}, 1);
}

void Metrics::token_expires(const std::string& mailbox, UnixTime at) {
  const std::lock_guard lock(mutex_);
  token_expiry_.set({mailbox}, static_cast<double>(at));
}

void Metrics::client_secret_expires(const std::string& mailbox, UnixTime at) {
  const std::lock_guard lock(mutex_);
  secret_expiry_.set({mailbox}, static_cast<double>(at));
}

void Metrics::sign_in_needed(const std::string& mailbox) {
  const std::lock_guard lock(mutex_);
  sign_in_needed_.set({mailbox}, 1);
}

void Metrics::outbox_sent(std::string_view result) {
  const std::lock_guard lock(mutex_);
  outbox_sent_.add({std::string(result)}, 1);
}

void Metrics::storage_low() {
  const std::lock_guard lock(mutex_);
  storage_errors_.add({"low"}, 1);
}

void Metrics::storage_failures(const StorageFailures& since_start) {
  const std::lock_guard lock(mutex_);
  storage_errors_.set({"storage"}, static_cast<double>(since_start.storage));
  storage_errors_.set({"busy"}, static_cast<double>(since_start.busy));
  storage_errors_.set({"corrupt"}, static_cast<double>(since_start.corrupt));
}

void Metrics::last_success(const std::string& mailbox, UnixTime at) {
  const std::lock_guard lock(mutex_);
  last_success_.set({mailbox}, std::max(last_success_.value({mailbox}), static_cast<double>(at)));
}

void Metrics::storage(const StorageCounts& counts) {
  const std::lock_guard lock(mutex_);
  quarantined_.set({}, static_cast<double>(counts.quarantined));
  outbox_pending_.set({}, static_cast<double>(counts.outbox_pending));
  outbox_full_.set({}, counts.outbox_full ? 1 : 0);
  free_bytes_.set({}, counts.free_bytes);
}

UnixTime Metrics::last_success_of(const std::string& mailbox) const {
  const std::lock_guard lock(mutex_);
  return static_cast<UnixTime>(last_success_.value({mailbox}));
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto* family :
       {&build_info_, &last_success_, &interval_, &fetched_, &fetched_bytes_, &tickets_created_, &stored_, &duplicates_,
        &quarantined_, &outbox_pending_, &outbox_full_, &outbox_sent_, &token_refresh_, &token_expiry_, &secret_expiry_,
        &sign_in_needed_, &server_errors_, &storage_errors_, &free_bytes_}) {
    family->write(out);
  }
  duration_.write(out);
  lag_.write(out);
  return out;
}

}  // namespace poller
