#include "storage/sqlite/engine.h"

#include "base/error.h"
#include "base/log.h"
#include "lib/sqlite/errors.h"
#include "storage/sqlite/file.h"
#include "storage/sqlite/ledger.h"
#include "storage/sqlite/messages.h"
#include "storage/sqlite/raws.h"
#include "storage/sqlite/revise.h"
#include "storage/sqlite/threading.h"
#include "storage/sqlite/tickets.h"
#include "storage/sqlite/transaction.h"
#include "storage/sqlite/upkeep.h"

namespace poller {

std::unique_ptr<Store> open_sqlite_store(const std::string& path, bool read_only) {
  return std::make_unique<sqlite_engine::SqliteStore>(path, read_only);
}

StorageFailures storage_failures() noexcept {
  const auto counts = sqlite::failure_counts();
  return {counts.storage, counts.busy, counts.corrupt};
}

namespace sqlite_engine {
namespace {

// Each waits as long as any writer does. A lease that stays shuts everybody out until its time is over, so somebody
// else's long write (a vacuum, a slow disk) is worth waiting for.
constexpr int kTriesToRelease = 3;

void not_released(const Lease& lease, const std::exception& error) {
  log::warning("a lease could not be released; it ends with this process",
               {{"mailbox", lease.mailbox}, {"error", error.what()}});
}

}  // namespace

SqliteStore::SqliteStore(const std::string& path, bool read_only)
    : opened_(read_only ? open_to_read(path) : open_to_write(path)),
      db_(*opened_),
      file_(path),
      raws_(path, read_only) {}

std::unique_ptr<Transaction> SqliteStore::begin(const std::optional<Lease>& lease) {
  file_.check();
  return std::make_unique<SqliteTransaction>(db_, raws_, lease);
}

std::vector<LedgerEntry> SqliteStore::ledger(std::span<const SourceKey> keys) { return read_ledger(db_, keys); }
std::vector<SourceKey> SqliteStore::unsettled(const std::string& mailbox, const std::string& folder,
                                              std::uint32_t uidvalidity) {
  return read_unsettled(db_, mailbox, folder, uidvalidity);
}
std::vector<LedgerEntry> SqliteStore::left_in_hand(const std::string& mailbox) {
  return read_left_in_hand(db_, mailbox);
}
std::optional<FolderState> SqliteStore::folder_state(const std::string& mailbox, const std::string& folder) {
  return read_folder_state(db_, mailbox, folder);
}

std::optional<StoredMessageRef> SqliteStore::find_identity(const std::string& identity,
                                                           const std::optional<std::string>& queue,
                                                           const std::string& mailbox) {
  return read_identity(db_, identity, queue, mailbox, false);
}
std::optional<StoredMessageRef> SqliteStore::find_quarantined(const std::string& identity,
                                                              const std::optional<std::string>& queue,
                                                              const std::string& mailbox) {
  return read_identity(db_, identity, queue, mailbox, true);
}
std::vector<ThreadHit> SqliteStore::find_thread(std::span<const std::string> message_ids) {
  return read_thread(db_, message_ids);
}

bool SqliteStore::is_participant(TicketId ticket, const std::string& address) {
  return read_is_participant(db_, ticket, address);
}
std::vector<MessageKey> SqliteStore::message_keys() { return read_message_keys(db_); }
std::int64_t SqliteStore::tickets_created_between(UnixTime from, UnixTime to) {
  return read_created_between(db_, from, to);
}
void SqliteStore::for_each_created_between(UnixTime from, UnixTime to, const CreatedVisit& visit) {
  visit_created_between(db_, from, to, visit);
}
void SqliteStore::for_each_requester(const std::function<void(const std::string& address)>& visit) {
  visit_requesters(db_, visit);
}

std::optional<Ticket> SqliteStore::ticket(TicketId id) { return read_ticket(db_, id); }
std::optional<Ticket> SqliteStore::ticket_by_number(const std::string& number) {
  return read_ticket_by_number(db_, number);
}
TicketId SqliteStore::follow_merges(TicketId id) { return read_merge_target(db_, id); }
void SqliteStore::for_each_ticket(const TicketFilter& filter, const std::function<void(const Ticket&)>& visit) {
  visit_tickets(db_, filter, visit);
}
std::vector<Message> SqliteStore::messages(TicketId ticket) { return read_messages(db_, ticket); }
std::optional<Message> SqliteStore::message(MessageId id) { return read_message(db_, id); }
std::vector<MessageId> SqliteStore::mail_ids(UnixTime since, MessageId after, std::size_t limit) {
  return read_mail_ids(db_, since, after, limit);
}
std::optional<AttachmentRef> SqliteStore::attachment(AttachmentId id) { return read_attachment(db_, id); }
std::string SqliteStore::message_raw_sha256(MessageId id) { return read_raw_sha256(db_, id); }
std::optional<std::string> SqliteStore::raw(const std::string& sha256) { return read_raw(db_, raws_, sha256); }
std::string SqliteStore::decision_json(MessageId id) { return read_decision(db_, id); }
std::vector<Delivery> SqliteStore::deliveries(MessageId id) { return read_deliveries(db_, id); }
std::vector<std::pair<TicketId, std::int64_t>> SqliteStore::changed_since(std::int64_t sequence, std::size_t limit) {
  return read_changed_since(db_, sequence, limit);
}
std::vector<Change> SqliteStore::changes(TicketId ticket) { return read_changes(db_, ticket); }

std::vector<QuarantineRow> SqliteStore::quarantine(bool open_only) { return read_quarantine(db_, open_only); }
std::optional<QuarantineRow> SqliteStore::quarantine_row(std::int64_t id) { return read_quarantine_row(db_, id); }
std::vector<MailboxStatus> SqliteStore::mailbox_statuses() { return read_mailbox_statuses(db_); }

std::optional<MailboxStatus> SqliteStore::mailbox_status(const std::string& name) {
  return read_mailbox_status(db_, name);
}
std::optional<std::string> SqliteStore::value(const std::string& name) { return read_value(db_, name); }

std::optional<Lease> SqliteStore::take_lease(const std::string& mailbox, UnixTime until) {
  Write write(db_);
  auto lease = write_lease(db_, mailbox, until);
  if (lease) write.commit();
  return lease;
}

bool SqliteStore::renew_lease(const Lease& lease, UnixTime until) {
  Write write(db_);
  const bool held = write_lease_until(db_, lease, until);
  if (held) write.commit();
  return held;
}

void SqliteStore::release_lease(const Lease& lease) noexcept {
  for (int tries = 1;; ++tries) {
    try {
      Write write(db_);
      remove_lease(db_, lease);
      write.commit();
      return;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::temporary && tries < kTriesToRelease) continue;
      not_released(lease, error);
      return;
    } catch (const std::exception& error) {
      not_released(lease, error);
      return;
    }
  }
}

}  // namespace sqlite_engine
}  // namespace poller
