#include "service/operations.h"

#include <fmt/format.h>

#include "base/log.h"
#include "lib/systemd/notify.h"
#include "storage/outbox.h"

namespace poller {
namespace {

using std::chrono::seconds;

constexpr seconds kLooksAtDisk{5};
constexpr seconds kCountsEvery{5};

std::chrono::steady_clock::time_point clock_now() { return std::chrono::steady_clock::now(); }

}  // namespace

Operations::Operations(const config::Config& config, Metrics& metrics,
                       std::function<std::unique_ptr<Store>()> open_store, std::uint64_t storage_reserve)
    : config_(config),
      metrics_(metrics),
      open_store_(std::move(open_store)),
      storage_reserve_(storage_reserve),
      health_(config, system_clock().unix_now()) {
  metrics_.declare(config);
  for (const auto& status : open_store_()->mailbox_statuses()) {
    if (config::find_mailbox(config, status.name) != nullptr) metrics_.last_success(status.name, status.last_success);
  }
  if (config.http_listen.empty()) return;
  http_ = std::make_unique<HttpServer>(config.http_listen, std::map<std::string, HttpServer::Handler>{
                                                               {"/metrics", [this] { return metrics_page(); }},
                                                               {"/healthz/live", [this] { return live_page(); }},
                                                               {"/healthz/ready", [this] { return ready_page(); }},
                                                           });
  log::info("health and metrics are served", {{"listen", config.http_listen}});
}

void Operations::observe(SchedulerHooks& hooks) {
  hooks.on_mail = [this, before = hooks.on_mail](const config::Mailbox& mailbox, const MailEvent& event) {
    metrics_.mail(mailbox, event);
    if (before) before(mailbox, event);
  };
  hooks.on_turn = [this](const TurnReport& report) { turn(report); };
  hooks.alive = [this] { alive(); };
  hooks.may_fetch = [this] { return may_fetch(); };
}

void Operations::turn(const TurnReport& report) {
  const UnixTime now = system_clock().unix_now();
  metrics_.turn(report, now);
  health_.turn(report, now);
  const std::string& name = report.mailbox.name;
  const auto mark = [&](std::set<std::string>& set, bool yes) {
    if (yes) {
      set.insert(name);
    } else {
      set.erase(name);
    }
  };
  mark(watching_, report.watching);
  mark(failing_, report.error != nullptr);
  tell_status();
}

void Operations::tell_status() {
  const std::string line = fmt::format("{} mailboxes: {} wait for news, {} fail{}; {} mails since the start",
                                       config_.mailboxes.size(), watching_.size(), failing_.size(),
                                       disk_low_ ? "; the disk is nearly full" : "", metrics_.mails_since_start());
  if (line == told_) return;
  told_ = line;
  systemd::status(line);
}

void Operations::alive() {
  health_.alive(clock_now());
  systemd::watchdog();
}

bool Operations::may_fetch() {
  const auto now = clock_now();
  if (now - looked_at_disk_ < kLooksAtDisk) return !disk_low_;
  looked_at_disk_ = now;
  const auto room = room_for(config_.sqlite_path);
  if (!room) return true;
  const auto trouble =
      too_little_room(config_.sqlite_path, disk_low_ ? enough_again(storage_reserve_) : storage_reserve_);
  const bool low = trouble.has_value();
  if (low == disk_low_) return !low;
  disk_low_ = low;
  health_.disk_low(low);
  if (low) {
    metrics_.storage_low();
    log::error(trouble->what(), {{"free_bytes", *room},
                                 {"storage_reserve", storage_reserve_},
                                 {"goes_on_from", enough_again(storage_reserve_)},
                                 {"advice", trouble->advice()}});
  } else {
    log::info("there is room on the disk again: fetching goes on", {{"free_bytes", *room}});
  }
  tell_status();
  return !low;
}

Store* Operations::http_store() {
  if (http_store_) return http_store_.get();
  try {
    http_store_ = open_store_();
  } catch (const Error& error) {
    log::warning("the storage cannot be opened for health and metrics", {{"error", error.what()}});
  }
  return http_store_.get();
}

HttpAnswerText Operations::metrics_page() {
  const auto now = clock_now();
  if (now - counted_at_ >= kCountsEvery) {
    counted_at_ = now;
    StorageCounts counts;
    counts.free_bytes = static_cast<double>(room_for(config_.sqlite_path).value_or(0));
    try {
      if (Store* store = http_store()) {
        counts.quarantined = store->quarantine(true).size();
        const auto pending = store->outbox().counts().pending;
        counts.outbox_pending = static_cast<std::uint64_t>(pending);
        counts.outbox_full = pending >= config_.outbound.max_pending;
      }
      metrics_.storage(counts);
    } catch (const Error& error) {
      log::debug("the storage could not be counted", {{"error", error.what()}});
    }
  }
  metrics_.storage_failures(storage_failures());
  return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_.text()};
}

HttpAnswerText Operations::ready_page() {
  const auto reasons = health_.unready(http_store(), system_clock().unix_now());
  return {reasons.empty() ? 200 : 503, "application/json", to_json(reasons)};
}

HttpAnswerText Operations::live_page() const {
  const bool lives = health_.lives(clock_now());
  return {lives ? 200 : 503, "application/json",
          lives ? "{\"live\":true}\n" : "{\"live\":false,\"reason\":\"the scheduler does not turn\"}\n"};
}

}  // namespace poller
