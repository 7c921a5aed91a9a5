#include "outbound/uncertain.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"

namespace poller::outbound {
namespace {

constexpr UnixTime kLookEvery = 600;     // a row that stays uncertain is looked for no more often
constexpr std::size_t kWitnesses = 20;   // mails known as sent that are looked for beside it
constexpr UnixTime kClockSlack = 86400;  // between our clock and the server's

std::string resent_key(const OutboxRow& row) { return fmt::format("outbox.resent.{}", row.id); }
std::string looked_key(const config::Mailbox& mailbox) { return "outbox.sent_folder." + mailbox.name; }

std::vector<OutboxRow> witnesses(Store& store, const config::Mailbox& mailbox) {
  auto sent = store.outbox().recently_sent(mailbox.name, kWitnesses);
  return sent;
}

UnixTime last_look(Store& store, const config::Mailbox& mailbox) {
  UnixTime at = 0;
  const auto value = store.value(looked_key(mailbox));
  return value && parse_rfc3339(*value, at) ? at : 0;
}

}  // namespace

void resolve_uncertain(Store& store, const config::Mailbox& mailbox, const Clock& clock, const Lease& lease,
                       const UncertainOptions& options) {
  const UnixTime now = clock.unix_now();
  const UnixTime looked = last_look(store, mailbox);
  if (looked <= now && now < looked + options.rest.count()) return;
  auto rows = store.outbox().in_state(mailbox.name, OutboxState::uncertain);
  // New ones at once, old ones from time to time.
  const bool rested = looked + kLookEvery <= now;
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [&](const OutboxRow& row) { return !rested && row.tried_at + kLookEvery < now; }),
             rows.end());
  if (rows.empty()) return;
  const auto known = witnesses(store, mailbox);
  std::vector<std::string> ids;
  UnixTime since = now;
  for (const auto& row : rows) {
    ids.push_back(row.message_id);
    since = std::min(since, row.tried_at);
  }
  for (const auto& row : known) {
    ids.push_back(row.message_id);
    since = std::min(since, row.tried_at);
  }
  std::vector<std::string> found;
  try {
    found = options.open()->find(ids, since - kClockSlack);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::storage) throw;
    log::warning("the Sent folder could not be read; uncertain mail stays so",
                 {{"mailbox", mailbox.name}, {"error", error.what()}, {"advice", error.advice()}});
    return;
  }
  const auto is_found = [&](const OutboxRow& row) {
    return std::find(found.begin(), found.end(), row.message_id) != found.end();
  };
  const bool trustworthy = std::any_of(known.begin(), known.end(), is_found);
  auto tx = store.begin(lease);
  tx->set_value(looked_key(mailbox), rfc3339(now));
  for (const auto& row : rows) {
    OutboxResult result;
    if (is_found(row)) {
      result.state = OutboxState::sent;
      result.server_reply = "found in the Sent folder";
      log::info("an uncertain mail was sent: it is in the Sent folder",
                {{"mailbox", mailbox.name}, {"outbox", row.id}});
    } else if (trustworthy && now - row.tried_at >= options.wait.count() && !store.value(resent_key(row))) {
      result.state = OutboxState::retry;
      result.owed = row.owed;
      result.next_try = now;
      result.error = "was uncertain; it is not in the Sent folder, where an earlier mail is: tried once more";
      tx->set_value(resent_key(row), rfc3339(now));
      log::warning(result.error, {{"mailbox", mailbox.name}, {"outbox", row.id}});
    } else {
      continue;
    }
    tx->outbox().finish(row.id, result, now);
  }
  tx->commit();
}

}  // namespace poller::outbound
