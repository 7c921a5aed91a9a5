// Alerts as mails in the outbox, through a mailbox that works.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "service/alerts.h"
#include "storage/store.h"

namespace poller {

/// Those that can send, the ones without trouble first.
std::vector<const config::Mailbox*> alert_mailboxes(const config::Config& config, const std::vector<Trouble>& troubles);

/// Queued through the first of them. With none, or where it cannot be queued, the log says so.
void queue_alert(Store& store, Transaction& tx, const std::string& to, const std::vector<const config::Mailbox*>& order,
                 const AlertText& alert, UnixTime now);

/// Takes back the alerts that no server has taken over yet and whose troubles have all ended, by `entries`: the all
/// clear tells of them, and an alert that comes with it would send somebody to look for what is over.
void withdraw_alerts(Store& store, Transaction& tx, const AlertEntries& entries, UnixTime now);

/// Whether pass_on_alerts() would do something.
bool alerts_to_pass_on(Store& store, const config::Config& config, UnixTime now);
/// What a mailbox has failed to send, or has not tried for two minutes, is taken back and queued through the next one
/// that has not had it yet; each mailbox gets it once, and the last one keeps it. Whether one was queued anew.
bool pass_on_alerts(Store& store, Transaction& tx, const config::Config& config, UnixTime now);

}  // namespace poller
