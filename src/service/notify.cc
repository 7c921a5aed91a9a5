#include "service/notify.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "config/run_command.h"
#include "service/alert_mail.h"

namespace poller {
namespace {

constexpr const char* kByMail = "alerts mail";
constexpr const char* kByCommand = "alerts command";
constexpr const char* kAlertLease = "poller/alerts";  // no mailbox's: their names have no slash
constexpr UnixTime kAlertLeaseTime = 180;
constexpr std::chrono::seconds kAlertCommandTime{30};
constexpr UnixTime kCommandRests = 60;
constexpr UnixTime kStoodStill = 120;  // the daemon looks every five seconds

std::set<std::string> lasting_troubles(Store& store) {
  std::set<std::string> keys;
  for (const char* channel : {kByMail, kByCommand}) {
    for (const auto& [key, entry] : alert_entries_from_json(store.value(channel).value_or("{}"))) {
      if (entry.lasts) keys.insert(key);
    }
  }
  return keys;
}

// The lease of the one who tells; nothing where another process has it.
class AlertTurn {
 public:
  AlertTurn(Store& store, UnixTime now) : store_(store), lease_(store.take_lease(kAlertLease, now + kAlertLeaseTime)) {}
  ~AlertTurn() {
    if (lease_) store_.release_lease(*lease_);
  }
  AlertTurn(const AlertTurn&) = delete;
  AlertTurn& operator=(const AlertTurn&) = delete;
  [[nodiscard]] const std::optional<Lease>& lease() const { return lease_; }

 private:
  Store& store_;
  std::optional<Lease> lease_;
};

}  // namespace

Notifier::Notifier(const config::Config& config, TroubleSources sources)
    : config_(config), sources_(std::move(sources)) {}

Notifier::Due Notifier::due(Store& store, const char* channel, const std::vector<Trouble>& troubles,
                            UnixTime now) const {
  Due out;
  const std::string before = store.value(channel).value_or("{}");
  out.entries = alert_entries_from_json(before);
  out.texts = take_alerts(out.entries, troubles, config_.notify.every, now);
  out.changed = !out.texts.empty() || alert_entries_to_json(out.entries) != before;
  return out;
}

void Notifier::look(Store& store, UnixTime now) {
  if (config_.notify.to.empty() && config_.notify.command.empty()) return;
  const auto troubles = find_now(store, now);
  const bool mail = !config_.notify.to.empty() && due(store, kByMail, troubles, now).changed;
  const bool command = !command_rests(now) && due(store, kByCommand, troubles, now).changed;
  if (!mail && !command) return;
  const AlertTurn turn(store, now);
  if (!turn.lease()) return;
  if (mail) by_mail(store, *turn.lease(), troubles, now);
  if (command) by_command(store, *turn.lease(), troubles, now);
}

std::vector<Trouble> Notifier::find_now(Store& store, UnixTime now) {
  // A machine that slept wakes to mailboxes that nobody polled meanwhile.
  if (looked_at_ != 0 && now - looked_at_ > kStoodStill) {
    for (const auto& mailbox : config_.mailboxes) memory_.excused_until[mailbox.name] = now;
  }
  looked_at_ = now;
  memory_.lasting = lasting_troubles(store);
  return find_troubles(store, config_, sources_, memory_, now);
}

void Notifier::by_mail(Store& store, const Lease& lease, const std::vector<Trouble>& troubles, UnixTime now) {
  const Due due_now = due(store, kByMail, troubles, now);
  if (!due_now.changed) return;
  const auto order = alert_mailboxes(config_, troubles);
  auto tx = store.begin(lease);
  const auto clears = [](const AlertText& alert) { return alert.all_clear; };
  if (std::any_of(due_now.texts.begin(), due_now.texts.end(), clears))
    withdraw_alerts(store, *tx, due_now.entries, now);
  for (const auto& alert : due_now.texts) queue_alert(store, *tx, config_.notify.to, order, alert, now);
  tx->set_value(kByMail, alert_entries_to_json(due_now.entries));
  tx->commit();
}

void Notifier::by_command(Store& store, const Lease& lease, const std::vector<Trouble>& troubles, UnixTime now) {
  const Due due_now = due(store, kByCommand, troubles, now);
  if (!due_now.changed) return;
  for (const auto& alert : due_now.texts) {
    if (run_one(alert)) continue;
    command_not_before_ = now + kCommandRests;
    return;
  }
  auto tx = store.begin(lease);
  tx->set_value(kByCommand, alert_entries_to_json(due_now.entries));
  tx->commit();
}

bool Notifier::run_one(const AlertText& alert) const {
  const config::CommandInput input{
      alert.subject + "\n\n" + alert.text,
      {fmt::format("POLLER_ALERT={}", alert.all_clear ? "all-clear" : "trouble"), "POLLER_SUBJECT=" + alert.subject}};
  const auto result = config::run_command(config_.notify.command, kAlertCommandTime, input);
  const bool done = result.end == config::CommandResult::End::exited && result.code == 0;
  if (done) {
    log::info("the operator was told by notify.command", {{"subject", alert.subject}});
  } else {
    log::error("notify.command failed",
               {{"subject", alert.subject},
                {"error", config::to_string(result)},
                {"advice", "Run it by hand as the user that runs poller, with a text on its standard input."}});
  }
  return done;
}

bool Notifier::pass_on(Store& store, UnixTime now) {
  if (config_.notify.to.empty() || !alerts_to_pass_on(store, config_, now)) return false;
  const AlertTurn turn(store, now);
  if (!turn.lease()) return false;
  auto tx = store.begin(turn.lease());
  const bool moved = pass_on_alerts(store, *tx, config_, now);
  tx->commit();
  return moved;
}

}  // namespace poller
