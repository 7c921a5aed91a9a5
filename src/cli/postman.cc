#include "cli/postman.h"

#include <algorithm>
#include <condition_variable>

#include "base/error.h"
#include "base/log.h"
#include "outbound/runner.h"
#include "service/error_word.h"
#include "storage/outbox.h"

namespace poller::cli {
namespace {

constexpr std::chrono::seconds kLookAtOutbox{1};
constexpr std::chrono::seconds kSentFolderRests{30};
constexpr std::chrono::seconds kLeftInPeace{30};  // a mailbox that nobody can send from now
constexpr std::size_t kMostSending = 8;           // a server that hangs holds one up for minutes

}  // namespace

Postman::Postman(const config::Config& config, Sessions& sessions, Metrics& metrics, const std::string& only_mailbox)
    : config_(config), sessions_(sessions), metrics_(metrics) {
  for (const auto& mailbox : config.mailboxes) {
    if (mailbox.smtp && (only_mailbox.empty() || mailbox.name == only_mailbox)) rounds_.push_back({&mailbox});
  }
  for (std::size_t i = 0; i < std::min(rounds_.size(), kMostSending); ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
  }
}

void Postman::run(const std::stop_token& stop) {
  std::unique_ptr<Store> store;
  std::mutex mutex;
  std::condition_variable_any wake;
  while (!stop.stop_requested()) {
    while (Round* round = stop.stop_requested() ? nullptr : take()) {
      put_back(*round, send_of(*round->mailbox, store, stop));
    }
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, kLookAtOutbox, [] { return false; });
  }
}

Postman::Round* Postman::take() {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  for (std::size_t tried = 0; tried < rounds_.size(); ++tried) {
    Round& round = rounds_[next_++ % rounds_.size()];
    if (round.in_hand || round.not_before > now) continue;
    round.in_hand = true;
    return &round;
  }
  return nullptr;
}

void Postman::put_back(Round& round, std::chrono::seconds rest) {
  const std::lock_guard lock(mutex_);
  round.not_before = std::chrono::steady_clock::now() + rest;
  round.in_hand = false;
}

std::chrono::seconds Postman::send_of(const config::Mailbox& mailbox, std::unique_ptr<Store>& store,
                                      const std::stop_token& stop) {
  try {
    if (!store) store = open_sqlite_store(config_.sqlite_path.string());
    const auto sender = sessions_.sender(mailbox);
    outbound::RunOptions options;
    options.stop = stop;
    options.sent_rest = kSentFolderRests;
    options.sent = [&] { return sessions_.sent_lookup(mailbox); };
    options.on_result = [this](const OutboxRow&, OutboxState state) { metrics_.outbox_sent(to_string(state)); };
    const auto summary = outbound::run_outbox(*store, config_, mailbox, *sender, system_clock(), options);
    return summary.code == ExitCode::ok ? kLookAtOutbox : kLeftInPeace;
  } catch (const LeaseHeld& held) {
    log::debug(held.what(), {{"mailbox", mailbox.name}});
    return kLeftInPeace;
  } catch (const Error& error) {
    log::error(error.what(), {{"mailbox", mailbox.name}, {"kind", error_word(error)}});
    if (!error.advice().empty()) log::error("advice: " + error.advice(), {{"mailbox", mailbox.name}});
    return kLeftInPeace;
  }
}

}  // namespace poller::cli
