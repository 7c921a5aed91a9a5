// A help desk without servers: mails come in through intake, and what they set off is read from the store.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../support/temp_dir.h"
#include "outbound/answers.h"
#include "outbox_home.h"
#include "storage/outbox.h"

namespace poller::outbound {

struct Desk {
  support::TempDir dir{"desk"};
  config::Config config;
  std::unique_ptr<Store> store;
  MovableClock clock;
  std::unique_ptr<Answers> answers;  // made for the first mail: the configuration may be changed until then

  /// Queue "support" with agents ann@example.org and ben@example.org; support@example.test is its mailbox.
  Desk();

  /// A mail that arrives now.
  Placement take(const std::string& mail);
  /// The first mail of a ticket, from jane@example.com; its notices are queued.
  Placement open_ticket(const std::string& more_fields = "");

  config::Queue& queue() { return config.queues.front(); }
  /// Of that kind, oldest first.
  std::vector<OutboxRow> queued(OutboxKind kind);
  /// The newest of that kind to that address; its Message-ID is empty when there is none.
  OutboxRow last_to(const std::string& address, OutboxKind kind);
  /// What would go out for a row.
  std::string bytes(const OutboxRow& row) { return *store->raw(row.raw_sha256); }
  Mail mail(const OutboxRow& row);
  /// Notes of the program's own, without mails kept as notes.
  std::vector<Message> notes(TicketId ticket);
  std::string status(TicketId ticket) { return store->ticket(ticket)->status; }

 private:
  std::uint32_t next_uid_ = 1;
};

/// A mail of one text part. `fields`: further header lines, each with its line end.
std::string letter(const std::string& from, const std::string& fields, const std::string& text);
/// An answer to one of our mails.
std::string answer_to(const OutboxRow& row, const std::string& from, const std::string& text,
                      const std::string& fields = "");
/// The same with a body of the writer's own: `body` begins with its Content-Type line.
std::string answer_with_body(const OutboxRow& row, const std::string& from, const std::string& body);

struct Dsn {
  std::string action = "failed";
  std::string status = "5.1.1";
  std::string fields;  // of the report itself, each with its line end
};
/// A report (RFC 3464) on our mail to that address.
std::string report_on(const OutboxRow& row, const std::string& address, const Dsn& dsn = {});

/// Whether one of the reasons holds that text.
bool says(const Placement& placement, const std::string& text);

}  // namespace poller::outbound
