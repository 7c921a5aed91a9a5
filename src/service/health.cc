#include "service/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "storage/outbox.h"

namespace poller {
namespace {

constexpr int kIntervals = 3;
constexpr UnixTime kOutboxStuck = 2 * 3600;
constexpr UnixTime kTriesEvery = 10;           // seconds between two trial writes
constexpr std::chrono::minutes kNoTurnFor{2};  // the scheduler's loop turns every ten seconds

}  // namespace

Health::Health(const config::Config& config, UnixTime now)
    : config_(config), started_(now), alive_at_(std::chrono::steady_clock::now().time_since_epoch().count()) {
  for (const auto& mailbox : config.mailboxes) known_[mailbox.name].interval = mailbox.poll_every;
}

void Health::turn(const TurnReport& report, UnixTime now) {
  const std::lock_guard lock(mutex_);
  Known& known = known_[report.mailbox.name];
  // A watch that ends in a failure was good until now, however long ago its last pass was.
  if (known.watching && report.error != nullptr) known.watched_until = now;
  known.watching = report.watching;
  known.interval = success_interval(report, config_.deadlines.idle_renew);
  known.last_error = report.error == nullptr ? "" : report.error->what();
  if (report.error == nullptr) known.last_success = now;
}

std::vector<Unready> Health::failing_mailboxes(Store* store, UnixTime now) {
  std::vector<Unready> out;
  // Another process may work on a mailbox (a second daemon, `poller --once`): its successes stand in the store.
  std::map<std::string, UnixTime> stored;
  if (store != nullptr) {
    for (const auto& status : store->mailbox_statuses()) stored[status.name] = status.last_success;
  }
  const std::lock_guard lock(mutex_);
  for (const auto& mailbox : config_.mailboxes) {
    const Known& known = known_[mailbox.name];
    const UnixTime success = std::max(known.last_success, stored[mailbox.name]);
    const UnixTime since = std::max({success, started_, known.watched_until});
    const UnixTime allowed = kIntervals * std::max<UnixTime>(known.interval.count(), 1);
    if (now - since <= allowed) continue;
    out.push_back(
        {"mailbox", mailbox.name,
         fmt::format("no success {}{}{}", success == 0 ? "ever" : "since " + rfc3339(success),
                     known.last_error.empty() ? "" : "; the last error: ", text::escape_controls(known.last_error))});
  }
  return out;
}

std::string Health::storage_trouble(Store* store, UnixTime now) {
  if (store == nullptr) return "it cannot be opened";
  if (now < tried_at_ + kTriesEvery && now >= tried_at_) return trouble_;
  tried_at_ = now;
  trouble_.clear();
  try {
    auto transaction = store->begin();
    transaction->set_value("health", std::to_string(now));
    transaction->commit();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::temporary) trouble_ = error.what();  // busy is no trouble
  }
  return trouble_;
}

std::optional<Unready> stuck_outbox(Store& store, UnixTime now) {
  const OutboxCounts counts = store.outbox().counts();
  if (counts.oldest == 0 || now - counts.oldest < kOutboxStuck) return std::nullopt;
  return Unready{
      "outbox", "",
      fmt::format("{} messages wait to be sent, the oldest since {}", counts.pending, rfc3339(counts.oldest))};
}

std::vector<Unready> Health::unready(Store* store, UnixTime now) {
  std::vector<Unready> out;
  if (disk_low_) out.push_back({"storage", "", "the disk is nearly full: nothing is fetched until there is room"});
  const std::string trouble = storage_trouble(store, now);
  if (!trouble.empty()) out.push_back({"storage", "", "not writable: " + trouble});
  try {
    if (store != nullptr && trouble.empty()) {
      if (auto stuck = stuck_outbox(*store, now)) out.push_back(std::move(*stuck));
    }
    const auto mailboxes = failing_mailboxes(trouble.empty() ? store : nullptr, now);
    out.insert(out.end(), mailboxes.begin(), mailboxes.end());
  } catch (const Error& error) {
    out.push_back({"storage", "", std::string("not readable: ") + error.what()});
  }
  return out;
}

bool Health::lives(std::chrono::steady_clock::time_point now) const {
  return now - std::chrono::steady_clock::time_point(std::chrono::steady_clock::duration(alive_at_)) < kNoTurnFor;
}

std::string to_json(const std::vector<Unready>& reasons) {
  nlohmann::ordered_json out;
  out["ready"] = reasons.empty();
  out["reasons"] = nlohmann::ordered_json::array();
  for (const auto& reason : reasons) {
    nlohmann::ordered_json one;
    one["what"] = reason.what;
    if (!reason.mailbox.empty()) one["mailbox"] = reason.mailbox;
    one["reason"] = reason.reason;
    out["reasons"].push_back(std::move(one));
  }
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace poller
