#include "service/mailbox_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/log.h"

namespace poller {
namespace {

constexpr const char* kThrottled = "throttled";
constexpr UnixTime kLongestWait = 27 * 3600;  // no server is believed that asks for more than a day, and a tenth of it

MailboxStatus known_status(Store& store, const std::string& name) {
  if (auto known = store.mailbox_status(name)) return *known;
  MailboxStatus status;
  status.name = name;
  return status;
}

const char* state_after(const Error* error) {
  if (error == nullptr) return "ok";
  if (error->kind() == ErrorKind::sign_in) return "sign-in needed";
  return error->retry_after() ? kThrottled : "error";
}

UnixTime end_of_wait(const Error& error, UnixTime now) {
  return now + std::chrono::ceil<std::chrono::seconds>(*error.retry_after()).count() + 1;  // `now` has lost a fraction
}

}  // namespace

void remember_status(Store& store, const config::Mailbox& mailbox, const Error* error, UnixTime now, UnixTime next_poll,
                     std::optional<std::int64_t> lag_seconds) {
  try {
    MailboxStatus status = known_status(store, mailbox.name);
    const std::string state = state_after(error);
    if (state != status.state || status.since == 0) status.since = now;
    status.state = state;
    // While a person is waited for, nothing is planned.
    status.next_poll = error != nullptr && error->kind() == ErrorKind::sign_in ? 0 : next_poll;
    if (state == kThrottled) status.next_poll = std::max(next_poll, end_of_wait(*error, now));
    if (lag_seconds) status.lag_seconds = *lag_seconds;
    if (error == nullptr) status.last_success = now;
    status.last_error = error == nullptr ? std::string() : error->what();
    status.advice = error == nullptr ? std::string() : error->advice();
    auto tx = store.begin();
    tx->set_mailbox_status(status);
    tx->commit();
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::storage) throw;
    log::warning("status not kept", {{"mailbox", mailbox.name}, {"error", e.what()}});
  }
}

std::optional<UnixTime> asked_to_wait_until(const MailboxStatus& status, UnixTime now) {
  // What is later than anybody may ask for was written before the clock was set back.
  if (status.state != kThrottled || status.next_poll <= now || status.next_poll > now + kLongestWait)
    return std::nullopt;
  return status.next_poll;
}

std::string late_reason(const MailboxStatus& status, const config::Mailbox& mailbox, UnixTime now) {
  constexpr UnixTime kIntervals = 3;
  const bool is_ok = status.state == "ok";
  const std::string error = status.last_error.empty() ? "" : "; the last error: " + status.last_error;
  if (status.last_success == 0) return "no success ever" + error;
  if (is_ok && status.next_poll == 0) return {};
  UnixTime interval = std::max<UnixTime>(mailbox.poll_every.count(), 1);
  if (is_ok) interval = std::max(interval, status.next_poll - status.last_success);
  // What failed first after a long wait for news was good until then.
  const UnixTime since = is_ok ? status.last_success : std::max(status.last_success, status.since);
  if (now - since <= kIntervals * interval) return {};
  const char* nobody = "; nobody has polled it since: does poller run (`systemctl status poller`)?";
  return fmt::format("no success since {}{}", rfc3339(status.last_success), is_ok ? nobody : error);
}

}  // namespace poller
