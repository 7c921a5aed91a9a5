#include "service/alert_mail.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/log.h"
#include "outbound/draft.h"
#include "storage/outbox.h"

namespace poller {
namespace {

constexpr const char* kOnTheirWay = "alerts on their way";
constexpr UnixTime kNotEvenTried = 120;

// An alert that no server has taken over yet.
struct AlertOnItsWay {
  std::int64_t row = 0;  // of the outbox
  std::string subject, text, to;
  std::vector<std::string> tried;  // mailboxes, the one that has it now last
  std::vector<std::string> keys;   // of its troubles; none for an all clear
};

std::vector<AlertOnItsWay> read_on_their_way(Store& store) {
  std::vector<AlertOnItsWay> out;
  const auto all = nlohmann::json::parse(store.value(kOnTheirWay).value_or("[]"), nullptr, false);
  if (!all.is_array()) return out;
  for (const auto& one : all) {
    try {
      out.push_back({one.at("row"), one.at("subject"), one.at("text"), one.at("to"),
                     one.at("tried").get<std::vector<std::string>>(), one.value("keys", std::vector<std::string>{})});
    } catch (const nlohmann::json::exception&) {
      continue;  // written by another version
    }
  }
  return out;
}

void write_on_their_way(Transaction& tx, const std::vector<AlertOnItsWay>& alerts) {
  auto all = nlohmann::json::array();
  for (const auto& a : alerts) {
    all.push_back(
        {{"row", a.row}, {"subject", a.subject}, {"text", a.text}, {"to", a.to}, {"tried", a.tried}, {"keys", a.keys}});
  }
  tx.set_value(kOnTheirWay, all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

// False where it cannot even be queued.
bool queue_through(Store& store, Transaction& tx, const config::Mailbox& mailbox, AlertOnItsWay& alert, UnixTime now) {
  outbound::Draft draft;
  draft.kind = OutboxKind::alert;
  draft.mailbox = &mailbox;
  draft.is_message = false;
  draft.to = {{"", alert.to}};
  draft.subject = alert.subject;
  draft.text = alert.text;
  draft.auto_submitted = "auto-generated";
  draft.who = "poller";
  alert.tried.push_back(mailbox.name);
  try {
    alert.row = outbound::enqueue(store, tx, draft, now).outbox;
    return true;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::storage) throw;
    log::error("an alert cannot be queued", {{"mailbox", mailbox.name}, {"error", error.what()}});
    return false;
  }
}

enum class AlertFate { over, waits, stuck };

AlertFate fate_of(const std::optional<OutboxRow>& row, UnixTime now) {
  if (!row) return AlertFate::over;
  switch (row->state) {
    case OutboxState::retry:
    case OutboxState::failed:
      return AlertFate::stuck;
    case OutboxState::pending:
      return now - row->created_at > kNotEvenTried ? AlertFate::stuck : AlertFate::waits;
    case OutboxState::sending:
      return AlertFate::waits;
    default:
      return AlertFate::over;
  }
}

bool is_unsent(const std::optional<OutboxRow>& row) {
  return row && (row->state == OutboxState::pending || row->state == OutboxState::retry);
}

// What waits still and would say no more than the new one: a mailbox that could not send for a day has one alert then.
void drop_outdated(Store& store, Transaction& tx, std::vector<AlertOnItsWay>& all, const AlertOnItsWay& newer,
                   UnixTime now) {
  const auto is_told_again = [&](const std::string& key) {
    return std::find(newer.keys.begin(), newer.keys.end(), key) != newer.keys.end();
  };
  std::erase_if(all, [&](const AlertOnItsWay& old) {
    return !old.keys.empty() && std::all_of(old.keys.begin(), old.keys.end(), is_told_again) &&
           is_unsent(store.outbox().row(old.row)) && tx.outbox().cancel(old.row, "poller", now);
  });
}

const config::Mailbox* next_mailbox(const config::Config& config, const AlertOnItsWay& alert) {
  for (const auto& mailbox : config.mailboxes) {
    const bool had_it = std::find(alert.tried.begin(), alert.tried.end(), mailbox.name) != alert.tried.end();
    if (mailbox.smtp && !had_it) return &mailbox;
  }
  return nullptr;
}

}  // namespace

std::vector<const config::Mailbox*> alert_mailboxes(const config::Config& config,
                                                    const std::vector<Trouble>& troubles) {
  std::set<std::string> troubled;
  for (const auto& trouble : troubles) troubled.insert(trouble.mailbox);
  std::vector<const config::Mailbox*> order;
  for (const auto& mailbox : config.mailboxes) {
    if (mailbox.smtp) order.push_back(&mailbox);
  }
  std::stable_partition(order.begin(), order.end(),
                        [&](const config::Mailbox* mailbox) { return troubled.count(mailbox->name) == 0; });
  return order;
}

void queue_alert(Store& store, Transaction& tx, const std::string& to, const std::vector<const config::Mailbox*>& order,
                 const AlertText& alert, UnixTime now) {
  AlertOnItsWay one{0, alert.subject, alert.text, to, {}, alert.all_clear ? std::vector<std::string>{} : alert.keys};
  for (const auto* mailbox : order) {
    if (!queue_through(store, tx, *mailbox, one, now)) continue;
    auto all = read_on_their_way(store);
    drop_outdated(store, tx, all, one, now);
    all.push_back(std::move(one));
    write_on_their_way(tx, all);
    log::info("an alert to the operator is queued", {{"subject", alert.subject}, {"mailbox", mailbox->name}});
    return;
  }
  log::error("nobody can be told: no mailbox can send", {{"subject", alert.subject}, {"to", to}});
}

void withdraw_alerts(Store& store, Transaction& tx, const AlertEntries& entries, UnixTime now) {
  const auto lasts = [&](const std::string& key) {
    const auto entry = entries.find(key);
    return entry != entries.end() && entry->second.lasts;
  };
  std::vector<AlertOnItsWay> left;
  for (auto& alert : read_on_their_way(store)) {
    const bool unsent = is_unsent(store.outbox().row(alert.row));
    const bool over = !alert.keys.empty() && std::none_of(alert.keys.begin(), alert.keys.end(), lasts);
    if (unsent && over && tx.outbox().cancel(alert.row, "poller", now)) {
      log::info("an alert that was not sent is taken back: its trouble is over", {{"subject", alert.subject}});
    } else {
      left.push_back(std::move(alert));
    }
  }
  write_on_their_way(tx, left);
}

bool alerts_to_pass_on(Store& store, const config::Config& config, UnixTime now) {
  const auto all = read_on_their_way(store);
  return std::any_of(all.begin(), all.end(), [&](const AlertOnItsWay& alert) {
    const auto row = store.outbox().row(alert.row);
    const AlertFate fate = fate_of(row, now);
    const bool last_chance = next_mailbox(config, alert) == nullptr;
    return fate == AlertFate::over || (fate == AlertFate::stuck && (!last_chance || row->state == OutboxState::failed));
  });
}

bool pass_on_alerts(Store& store, Transaction& tx, const config::Config& config, UnixTime now) {
  bool moved = false;
  std::vector<AlertOnItsWay> left;
  for (auto& alert : read_on_their_way(store)) {
    const auto row = store.outbox().row(alert.row);
    const AlertFate fate = fate_of(row, now);
    if (fate == AlertFate::over) continue;
    const config::Mailbox* next = fate == AlertFate::stuck ? next_mailbox(config, alert) : nullptr;
    if (next != nullptr) {
      if (!tx.outbox().cancel(alert.row, "poller", now)) continue;
      moved = queue_through(store, tx, *next, alert, now) || moved;
      log::warning("an alert goes through another mailbox", {{"subject", alert.subject}, {"mailbox", next->name}});
    } else if (row->state == OutboxState::failed) {
      log::error("an alert could not be sent through any mailbox", {{"subject", alert.subject}});
      continue;
    }
    left.push_back(std::move(alert));
  }
  write_on_their_way(tx, left);
  return moved;
}

}  // namespace poller
