#include "outbound/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/log.h"
#include "outbound/bounces.h"
#include "outbound/uncertain.h"

namespace poller::outbound {
namespace {

constexpr std::chrono::minutes kLeaseTime{15};
constexpr std::int64_t kMicrosoftRecipientsADay = 10'000;
constexpr UnixTime kDay = 86'400;
constexpr UnixTime kMinute = 60;

UnixTime with_outbox_jitter(std::chrono::seconds wait) {
  thread_local std::mt19937_64 random{std::random_device{}()};
  std::uniform_real_distribution<double> spread(0.85, 1.15);
  return static_cast<UnixTime>(static_cast<double>(wait.count()) * spread(random));
}

bool is_mailbox_fault(ErrorKind kind) { return kind == ErrorKind::sign_in || kind == ErrorKind::configuration; }

class OutboxRun {
 public:
  OutboxRun(Store& store, const config::Config& config, const config::Mailbox& mailbox, Sender& sender,
            const Clock& clock, const RunOptions& options)
      : store_(store), config_(config), mailbox_(mailbox), sender_(sender), clock_(clock), options_(options) {}

  RunSummary run() {
    if (!anything_to_do()) return finished();
    auto lease = store_.take_lease("outbox " + mailbox_.name, clock_.unix_now() + lease_seconds());
    if (!lease) {
      throw LeaseHeld("another process sends the mail of mailbox " + mailbox_.name,
                      "Nothing to do: what is queued goes out with that process's.");
    }
    lease_ = *lease;
    try {
      take_up_left_behind();
      if (options_.sent) {
        resolve_uncertain(store_, mailbox_, clock_, lease_,
                          {config_.outbound.uncertain_wait, options_.sent_rest, options_.sent});
      }
      send_due();
    } catch (...) {
      store_.release_lease(lease_);
      throw;
    }
    store_.release_lease(lease_);
    return finished();
  }

 private:
  static UnixTime lease_seconds() { return std::chrono::duration_cast<std::chrono::seconds>(kLeaseTime).count(); }

  bool anything_to_do() {
    OutboxReader& outbox = store_.outbox();
    return !outbox.due(mailbox_.name, clock_.unix_now(), 1).empty() ||
           !outbox.in_state(mailbox_.name, OutboxState::sending).empty() ||
           (options_.sent && !outbox.in_state(mailbox_.name, OutboxState::uncertain).empty());
  }

  RunSummary finished() {
    summary_.next = store_.outbox().next_due(mailbox_.name);
    if (summary_.next) summary_.next = std::max(*summary_.next, not_before_);
    return summary_;
  }

  // The lease is ours, so whoever had these in hand is gone.
  void take_up_left_behind() {
    const auto rows = store_.outbox().in_state(mailbox_.name, OutboxState::sending);
    if (rows.empty()) return;
    const UnixTime now = clock_.unix_now();
    auto tx = store_.begin(lease_);
    std::vector<OutboxRow> doubtful;
    for (const auto& row : rows) {
      OutboxResult result;
      result.owed = row.owed;
      if (row.end_reached) {
        result.state = OutboxState::uncertain;
        result.error = "poller ended after the mail's end and before the server's answer";
        say(LogLevel::warning, "a mail's fate is uncertain", row);
        ++summary_.uncertain;
        doubtful.push_back(row);
      } else {
        result.state = OutboxState::retry;
        result.error = "poller ended before the mail was sent whole";
        result.next_try = now;
        say(LogLevel::info, "a mail that was not sent whole is sent again", row);
      }
      tx->outbox().finish(row.id, result, now);
    }
    tx->commit();
    for (const auto& row : doubtful) told(row, OutboxState::uncertain);
  }

  void told(const OutboxRow& row, OutboxState state) const {
    if (options_.on_result) options_.on_result(row, state);
  }

  static void say(LogLevel level, std::string_view what, const OutboxRow& row) {
    log::write(level, what,
               {{"mailbox", row.mailbox},
                {"message", row.message.value_or(0)},
                {"ticket", row.ticket.value_or(0)},
                {"outbox", row.id},
                {"message_id", row.message_id}});
  }

  // What somebody must mend is kept for the alert; with the next mail that goes out it is over.
  void note_trouble(Transaction& tx, const OutboxResult& result, const Attempt& attempt, bool fault) {
    const std::string name = sending_trouble_name(mailbox_.name);
    const std::string before = store_.value(name).value_or("");
    std::string now = before;
    if (fault) now = attempt.error + "\n" + attempt.advice;
    if (result.state == OutboxState::sent) now.clear();
    if (now != before) tx.set_value(name, now);
  }

  // How many mails may still go, and when the next ones may.
  std::int64_t allowance(const OutboxRow& next) {
    const UnixTime now = clock_.unix_now();
    OutboxReader& outbox = store_.outbox();
    if (outbox.mails_since(mailbox_.name, now - kMinute + 1) >= config_.outbound.max_per_minute) {
      not_before_ = now + 5;
      return 0;
    }
    if (config::is_microsoft(mailbox_.preset) &&
        outbox.recipients_since(mailbox_.name, now - kDay) + static_cast<std::int64_t>(next.owed.size()) >
            kMicrosoftRecipientsADay) {
      log::warning("the day's limit of recipients is reached; mail waits",
                   {{"mailbox", mailbox_.name}, {"limit", kMicrosoftRecipientsADay}});
      not_before_ = now + 600;
      return 0;
    }
    return 1;
  }

  void send_due() {
    for (int n = 0; n < config_.outbound.max_per_run && !options_.stop.stop_requested(); ++n) {
      const auto due = store_.outbox().due(mailbox_.name, clock_.unix_now(), 1);
      if (due.empty() || allowance(due.front()) <= 0) return;
      if (!store_.renew_lease(lease_, clock_.unix_now() + lease_seconds())) {
        throw Error(ErrorKind::temporary, fmt::format("another process has taken over mailbox {}", mailbox_.name));
      }
      if (!send_one(due.front())) return;
    }
  }

  bool send_one(const OutboxRow& row) {
    const auto mail = store_.raw(row.raw_sha256);
    {
      auto tx = store_.begin(lease_);
      if (!tx->outbox().claim(row.id, clock_.unix_now())) return true;
      tx->commit();
    }
    Attempt attempt;
    if (mail) {
      attempt = sender_.send(row, *mail, [&](const std::vector<std::string>& refused) {
        auto tx = store_.begin(lease_);  // refused when another process has taken over: then the end is not sent
        tx->outbox().note_end_reached(row.id);
        remember_refused(store_, *tx, row, refused);
        tx->commit();
      });
    } else {
      attempt.state = OutboxState::failed;
      attempt.error = "its bytes are gone (retention)";
    }
    record(row, attempt);
    return !attempt.mailbox_trouble;
  }

  void record(const OutboxRow& row, const Attempt& attempt) {
    const UnixTime now = clock_.unix_now();
    OutboxResult result{attempt.state, attempt.error, 0, attempt.owed, attempt.server_reply, true};
    if (attempt.state == OutboxState::sent && attempt.refused_recipients.empty()) result.error.clear();
    const bool fault = attempt.mailbox_trouble && is_mailbox_fault(*attempt.mailbox_trouble);
    if (attempt.state == OutboxState::retry) {
      result.counts = !fault;  // what an administrator must mend is not held against the mail
      const int attempts = row.attempts + 1;
      if (!fault && attempts > config_.outbound.retries) {
        result.state = OutboxState::failed;
        result.error = fmt::format("given up after {} tries: {}", attempts, attempt.error);
      } else {
        auto wait = fault ? std::chrono::seconds(600) : backoff(attempts);
        if (attempt.wait) wait = std::max(wait, *attempt.wait);
        result.next_try = now + with_outbox_jitter(wait);
      }
      const ErrorKind kind = attempt.mailbox_trouble.value_or(ErrorKind::temporary);
      summary_.code = worse(summary_.code, exit_code_of(kind));
    }
    auto tx = store_.begin(lease_);
    tx->outbox().finish(row.id, result, now);
    if (result.state == OutboxState::sent && row.ticket && row.message && !attempt.server_reply.empty()) {
      // Some servers give the mail an id of their own, by which its answers will refer to it.
      if (const auto id = id_in_reply("<" + attempt.server_reply + ">"); id && *id != row.message_id) {
        tx->add_thread_ids(*row.ticket, std::span(&*id, 1));
      }
    }
    note_trouble(*tx, result, attempt, fault);
    note_refused(*tx, row, result, attempt, now);
    tx->commit();
    tell(row, result, attempt);
    told(row, result.state);
  }

  // Nobody else would tell of those who did not get it.
  void note_refused(Transaction& tx, const OutboxRow& row, const OutboxResult& result, const Attempt& attempt,
                    UnixTime now) {
    std::vector<std::string> lines = attempt.refused_recipients;
    if (lines.empty() && result.state == OutboxState::failed) lines = {result.error};
    if (lines.empty()) return;
    OutboxRoom room(config_);
    note_refusal({store_, tx, config_, room, now}, mailbox_, row, lines);
    if (result.state == OutboxState::sent) tx.outbox().set_delivery(row.id, "bounced");
  }

  void tell(const OutboxRow& row, const OutboxResult& result, const Attempt& attempt) {
    const auto fields = {
        LogField{"mailbox", mailbox_.name},         LogField{"message", row.message.value_or(0)},
        LogField{"ticket", row.ticket.value_or(0)}, LogField{"outbox", row.id},
        LogField{"message_id", row.message_id},     LogField{"kind", to_string(row.kind)},
        LogField{"state", to_string(result.state)}, LogField{"to", row.to.empty() ? std::string() : row.to.front()},
        LogField{"reply", attempt.server_reply},    LogField{"error", attempt.error},
        LogField{"advice", attempt.advice}};
    switch (result.state) {
      case OutboxState::sent:
        ++summary_.sent;
        log::write(LogLevel::info, "mail sent", fields);
        break;
      case OutboxState::uncertain:
        ++summary_.uncertain;
        log::write(LogLevel::warning, "a mail's fate is uncertain", fields);
        break;
      case OutboxState::failed:
        ++summary_.failed;
        log::write(LogLevel::error, "mail could not be sent", fields);
        break;
      default:
        ++summary_.retry;
        log::write(LogLevel::warning, "mail could not be sent for now", fields);
    }
  }

  Store& store_;
  const config::Config& config_;
  const config::Mailbox& mailbox_;
  Sender& sender_;
  const Clock& clock_;
  const RunOptions& options_;
  Lease lease_;
  RunSummary summary_;
  UnixTime not_before_ = 0;
};

}  // namespace

std::chrono::seconds backoff(int attempts) noexcept {
  constexpr std::chrono::seconds kMost{4 * 3600};
  const int doublings = std::clamp(attempts - 1, 0, 10);
  return std::min(kMost, std::chrono::seconds(60L << doublings));
}

std::string sending_trouble_name(const std::string& mailbox) { return "outbox trouble " + mailbox; }

RunSummary run_outbox(Store& store, const config::Config& config, const config::Mailbox& mailbox, Sender& sender,
                      const Clock& clock, const RunOptions& options) {
  return OutboxRun(store, config, mailbox, sender, clock, options).run();
}

}  // namespace poller::outbound
