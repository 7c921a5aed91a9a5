#include "cli/postman.h"

#include <condition_variable>
#include <map>
#include <mutex>

#include "base/error.h"
#include "base/log.h"
#include "outbound/runner.h"
#include "storage/outbox.h"

namespace poller::cli {
namespace {

constexpr std::chrono::seconds kLookAtOutbox{1};
constexpr std::chrono::seconds kSentFolderRests{30};
constexpr UnixTime kLeftInPeace = 30;  // a mailbox that nobody can send from now

}  // namespace

Postman::Postman(const config::Config& config, Sessions& sessions, Metrics& metrics, std::string only_mailbox)
    : config_(config), sessions_(sessions), metrics_(metrics), only_mailbox_(std::move(only_mailbox)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Postman::run(const std::stop_token& stop) {
  const auto store = open_sqlite_store(config_.sqlite_path.string());
  std::map<std::string, UnixTime> not_before;
  std::mutex mutex;
  std::condition_variable_any wake;
  while (!stop.stop_requested()) {
    for (const auto& mailbox : config_.mailboxes) {
      if (!mailbox.smtp || stop.stop_requested()) continue;
      if (!only_mailbox_.empty() && mailbox.name != only_mailbox_) continue;
      if (not_before[mailbox.name] > system_clock().unix_now()) continue;
      not_before[mailbox.name] = send_of(*store, mailbox, stop);
    }
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, kLookAtOutbox, [] { return false; });
  }
}

UnixTime Postman::send_of(Store& store, const config::Mailbox& mailbox, const std::stop_token& stop) {
  const UnixTime now = system_clock().unix_now();
  try {
    const auto sender = sessions_.sender(mailbox);
    outbound::RunOptions options;
    options.stop = stop;
    options.sent_rest = kSentFolderRests;
    options.sent = [&] { return sessions_.sent_lookup(mailbox); };
    options.on_result = [this](const OutboxRow&, OutboxState state) { metrics_.outbox_sent(to_string(state)); };
    const auto summary = outbound::run_outbox(store, config_, mailbox, *sender, system_clock(), options);
    return summary.code == ExitCode::ok ? 0 : now + kLeftInPeace;
  } catch (const Error& error) {
    log::error(error.what(), {{"mailbox", mailbox.name}, {"kind", to_string(error.kind())}});
    if (!error.advice().empty()) log::error("advice: " + error.advice(), {{"mailbox", mailbox.name}});
    return now + kLeftInPeace;
  }
}

}  // namespace poller::cli
