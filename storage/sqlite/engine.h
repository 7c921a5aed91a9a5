// Store on SQLite: each call is one of the noun files' functions.
#pragma once

#include <memory>

#include "lib/sqlite/database.h"
#include "storage/sqlite/file.h"
#include "storage/sqlite/outbox.h"
#include "storage/sqlite/raw_file.h"
#include "storage/store.h"

namespace poller::sqlite_engine {

class SqliteStore final : public Store {
 public:
  /// See open_sqlite_store().
  SqliteStore(const std::string& path, bool read_only);

  std::unique_ptr<Transaction> begin(const std::optional<Lease>& lease) override;

  std::vector<LedgerEntry> ledger(std::span<const SourceKey> keys) override;
  std::vector<SourceKey> unsettled(const std::string& mailbox, const std::string& folder,
                                   std::uint32_t uidvalidity) override;
  std::vector<LedgerEntry> left_in_hand(const std::string& mailbox) override;
  std::optional<FolderState> folder_state(const std::string& mailbox, const std::string& folder) override;

  std::optional<StoredMessageRef> find_identity(const std::string& identity, const std::optional<std::string>& queue,
                                                const std::string& mailbox) override;
  std::optional<StoredMessageRef> find_quarantined(const std::string& identity, const std::optional<std::string>& queue,
                                                   const std::string& mailbox) override;
  std::vector<ThreadHit> find_thread(std::span<const std::string> message_ids) override;

  bool is_participant(TicketId ticket, const std::string& address) override;
  std::vector<MessageKey> message_keys() override;
  std::int64_t tickets_created_between(UnixTime from, UnixTime to) override;
  void for_each_created_between(UnixTime from, UnixTime to, const CreatedVisit& visit) override;
  void for_each_requester(const std::function<void(const std::string& address)>& visit) override;

  std::optional<Ticket> ticket(TicketId id) override;
  std::optional<Ticket> ticket_by_number(const std::string& number) override;
  TicketId follow_merges(TicketId id) override;
  void for_each_ticket(const TicketFilter& filter, const std::function<void(const Ticket&)>& visit) override;
  std::vector<Message> messages(TicketId ticket) override;
  std::optional<Message> message(MessageId id) override;
  std::vector<MessageId> mail_ids(UnixTime since, MessageId after, std::size_t limit) override;
  std::optional<AttachmentRef> attachment(AttachmentId id) override;
  std::string message_raw_sha256(MessageId id) override;
  std::optional<std::string> raw(const std::string& sha256) override;
  std::string decision_json(MessageId id) override;
  std::vector<Delivery> deliveries(MessageId id) override;
  std::vector<std::pair<TicketId, std::int64_t>> changed_since(std::int64_t sequence, std::size_t limit) override;
  std::vector<Change> changes(TicketId ticket) override;

  std::vector<QuarantineRow> quarantine(bool open_only) override;
  std::optional<QuarantineRow> quarantine_row(std::int64_t id) override;
  std::vector<MailboxStatus> mailbox_statuses() override;
  std::optional<MailboxStatus> mailbox_status(const std::string& name) override;
  std::optional<std::string> value(const std::string& name) override;
  OutboxReader& outbox() override { return outbox_; }

  std::optional<Lease> take_lease(const std::string& mailbox, UnixTime until) override;
  bool renew_lease(const Lease& lease, UnixTime until) override;
  void release_lease(const Lease& lease) noexcept override;

  /// For tests and measurements of this engine.
  sqlite::Database& database() { return db_; }

 private:
  std::unique_ptr<sqlite::Database> opened_;
  sqlite::Database& db_;
  FileAtPath file_;
  RawFile raws_;
  SqliteOutboxReader outbox_{db_};
};

}  // namespace poller::sqlite_engine
