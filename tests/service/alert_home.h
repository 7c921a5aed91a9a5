// Two mailboxes and a store, for looks at what an operator is told.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/notify.h"
#include "storage/outbox.h"
#include "tests/support/temp_dir.h"

namespace poller::service_test {

constexpr UnixTime kStart = 1'800'000'000;
constexpr UnixTime kEvery = 4 * 3600;

inline config::Mailbox alert_mailbox(const std::string& name, bool sends = true) {
  config::Mailbox mailbox;
  mailbox.name = name;
  mailbox.address = name + "@example.test";
  mailbox.auth = config::Auth::password;
  mailbox.poll_every = std::chrono::seconds(60);
  if (sends) {
    mailbox.smtp = config::Smtp{};
    mailbox.smtp->from = name + "@example.test";
  }
  return mailbox;
}

struct AlertHome {
  support::TempDir dir{"notify"};
  config::Config config;
  std::unique_ptr<Store> store;
  TroubleSources sources;
  std::uint64_t room = 10'000'000'000;
  UnixTime now = kStart;

  AlertHome() {
    store = open_sqlite_store((dir / "poller.db").string());
    config.sqlite_path = dir / "poller.db";
    config.mailboxes = {alert_mailbox("support"), alert_mailbox("billing")};
    config.queues.push_back({});
    config.notify.to = "ops@example.com";
    sources.room = [this] { return std::optional(room); };
  }

  void status(const std::string& name, const std::string& state, UnixTime last_success, const std::string& error = "") {
    MailboxStatus status;
    status.name = name;
    status.state = state;
    status.last_success = last_success;
    status.last_error = error;
    status.since = now;
    auto tx = store->begin();
    tx->set_mailbox_status(status);
    tx->commit();
  }

  void look() { Notifier(config, sources).look(*store, now); }
  std::vector<OutboxRow> rows() { return store->outbox().rows(0); }
  std::string body(const OutboxRow& row) { return store->raw(row.raw_sha256).value(); }
};

inline bool tells(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace poller::service_test
