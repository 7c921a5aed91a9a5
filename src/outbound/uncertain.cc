#include "outbound/uncertain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "base/repeated.h"
#include "base/text.h"

namespace poller::outbound {
namespace {

constexpr const char* kSentFolder = "sent folder";  // topic of log::to_be_said()
constexpr UnixTime kLookEvery = 600;                // a row that stays uncertain is looked for no more often
constexpr std::size_t kWitnesses = 20;              // mails known as sent that are looked for beside it
constexpr UnixTime kClockSlack = 86400;             // between our clock and the server's

std::string resent_key(const OutboxRow& row) { return fmt::format("outbox.resent.{}", row.id); }
std::string looked_key(const config::Mailbox& mailbox) { return "outbox.sent_folder." + mailbox.name; }

std::string refused_key(const OutboxRow& row) { return fmt::format("outbox.refused.{}", row.id); }

// A mail in doubt, and what the folder should hold if it is to be believed: mails sent before it. Later ones prove
// nothing of it, since the folder is read from its end.
struct Doubt {
  OutboxRow row;
  std::vector<OutboxRow> witnesses;
};

std::vector<Doubt> doubts_of(Store& store, const config::Mailbox& mailbox, std::vector<OutboxRow> rows) {
  std::vector<Doubt> out;
  for (auto& row : rows) {
    auto witnesses = store.outbox().sent_until(mailbox.name, row.tried_at, kWitnesses);
    out.push_back({std::move(row), std::move(witnesses)});
  }
  return out;
}

std::vector<std::string> refused_of(Store& store, const OutboxRow& row) {
  std::vector<std::string> out;
  const std::string joined = store.value(refused_key(row)).value_or("");
  for (const auto address : text::split(joined, '\n')) {
    if (!address.empty()) out.emplace_back(address);
  }
  return out;
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
  rows.erase(std::remove_if(rows.begin(), rows.end(), [](const OutboxRow& row) { return !is_first_copy(row); }),
             rows.end());
  if (rows.empty()) return;
  const auto doubts = doubts_of(store, mailbox, std::move(rows));
  std::vector<std::string> ids;
  UnixTime since = now;
  for (const auto& doubt : doubts) {
    ids.push_back(doubt.row.message_id);
    since = std::min(since, doubt.witnesses.empty() ? doubt.row.tried_at : doubt.witnesses.front().tried_at);
    for (const auto& witness : doubt.witnesses) ids.push_back(witness.message_id);
  }
  std::vector<std::string> found;
  try {
    found = options.open()->find(ids, since - kClockSlack);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::storage) throw;
    auto tx = store.begin(lease);
    tx->set_value(looked_key(mailbox), rfc3339(now));
    tx->commit();
    const auto said = log::to_be_said(mailbox.name, kSentFolder, error.what());
    if (!said) return;
    log::warning("the Sent folder could not be read; uncertain mail stays so", {{"mailbox", mailbox.name},
                                                                                {"error", error.what()},
                                                                                {"advice", error.advice()},
                                                                                {"times", said->times},
                                                                                {"since", rfc3339(said->since)}});
    return;
  }
  log::over(mailbox.name, kSentFolder);
  const auto is_found = [&](const OutboxRow& row) {
    return std::find(found.begin(), found.end(), row.message_id) != found.end();
  };
  auto tx = store.begin(lease);
  tx->set_value(looked_key(mailbox), rfc3339(now));
  for (const auto& [row, witnesses] : doubts) {
    OutboxResult result;
    const bool trustworthy = std::any_of(witnesses.begin(), witnesses.end(), is_found);
    if (is_found(row)) {
      result.owed = refused_of(store, row);
      result.state = result.owed.empty() ? OutboxState::sent : OutboxState::retry;
      result.next_try = result.owed.empty() ? 0 : now;
      result.server_reply = "found in the Sent folder";
      log::info("an uncertain mail was sent: it is in the Sent folder", {{"mailbox", mailbox.name},
                                                                         {"message", row.message.value_or(0)},
                                                                         {"ticket", row.ticket.value_or(0)},
                                                                         {"outbox", row.id},
                                                                         {"message_id", row.message_id}});
    } else if (trustworthy && now - row.tried_at >= options.wait.count() && !store.value(resent_key(row))) {
      result.state = OutboxState::retry;
      result.owed = row.owed;
      result.next_try = now;
      result.error = "was uncertain; it is not in the Sent folder, where an earlier mail is: tried once more";
      tx->set_value(resent_key(row), rfc3339(now));
      log::warning(result.error, {{"mailbox", mailbox.name},
                                  {"message", row.message.value_or(0)},
                                  {"ticket", row.ticket.value_or(0)},
                                  {"outbox", row.id},
                                  {"message_id", row.message_id}});
    } else {
      continue;
    }
    tx->outbox().finish(row.id, result, now);
  }
  tx->commit();
}

void remember_refused(Store& store, Transaction& tx, const OutboxRow& row, const std::vector<std::string>& refused) {
  const std::string joined = fmt::format("{}", fmt::join(refused, "\n"));
  if (joined != store.value(refused_key(row)).value_or("")) tx.set_value(refused_key(row), joined);
}

}  // namespace poller::outbound
