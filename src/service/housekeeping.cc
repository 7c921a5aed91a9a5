#include "service/housekeeping.h"

#include <condition_variable>
#include <mutex>

#include "base/error.h"
#include "base/log.h"
#include "oauth/token_status.h"
#include "service/token_care.h"

namespace poller {
namespace {

constexpr std::chrono::minutes kLooksAtTokens{1};
constexpr int kKeepsAliveEvery = 60;  // looks
constexpr int kDay = 24 * 60;         // looks

void quietly(const char* what, const std::function<void()>& action) noexcept {
  try {
    if (action) action();
  } catch (const std::exception& error) {
    log::warning(what, {{"error", error.what()}});
  }
}

}  // namespace

Housekeeping::Housekeeping(const config::Config& config, oauth::TokenSources& tokens, Metrics& metrics,
                           std::function<void()> daily)
    : config_(config), tokens_(tokens), metrics_(metrics), daily_(std::move(daily)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Housekeeping::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  for (int look = 0; !stop.stop_requested(); ++look) {
    quietly("the sign-ins could not be looked at", [this] { look_at_tokens(); });
    if (look % kKeepsAliveEvery == kKeepsAliveEvery - 1) {
      quietly("resting tokens could not be refreshed", [this] { tokens_.keep_alive(); });
    }
    if (look % kDay == 1) quietly("the storage's care failed", daily_);  // not in the start's rush
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, kLooksAtTokens, [] { return false; });
  }
}

void Housekeeping::look_at_tokens() {
  const auto statuses = oauth::token_status(config_, system_clock().unix_now());
  for (const auto& status : statuses) {
    if (status.waits_for_sign_in()) metrics_.sign_in_needed(status.mailbox);
    metrics_.token_expires(status.mailbox, status.expires.value_or(0));
    metrics_.client_secret_expires(status.mailbox, status.secret_expires.value_or(0));
  }
  warn_of_ends(config_, statuses);
}

}  // namespace poller
