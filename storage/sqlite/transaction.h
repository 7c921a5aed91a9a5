// Transaction on SQLite: each call is one of the noun files' functions.
#pragma once

#include <optional>

#include "storage/sqlite/outbox.h"
#include "storage/sqlite/raw_file.h"
#include "storage/sqlite/write.h"
#include "storage/store.h"

namespace poller::sqlite_engine {

class SqliteTransaction final : public Transaction {
 public:
  SqliteTransaction(sqlite::Database& db, RawFile& raws, std::optional<Lease> lease)
      : db_(db), raws_(raws), write_(db), lease_(std::move(lease)) {}
  ~SqliteTransaction() override { raws_.rollback(); }

  void commit() override;
  void savepoint() override;
  void rollback_to_savepoint() override;
  void release_savepoint() override;

  void mark_in_hand(std::span<const SourceKey> mails) override;
  void unmark_in_hand(std::span<const SourceKey> mails) override;
  void set_ledger(const SourceKey& source, LedgerState state, std::optional<MessageId> message) override;
  void set_settled(std::span<const SourceKey> mails) override;
  void forget_ledger(const SourceKey& source) override;
  void set_folder_state(const std::string& mailbox, const std::string& folder, const FolderState& state) override;

  Ticket create_ticket(const NewTicket& ticket, const std::string& who) override;
  MessageId add_message(const NewMessage& message, const std::string& who) override;
  void add_delivery(const Delivery& delivery) override;
  void add_thread_ids(TicketId ticket, std::span<const std::string> message_ids) override;
  void add_participants(TicketId ticket, std::span<const std::string> addresses) override;
  void add_message_key(const Secret& secret, UnixTime now) override;
  void update_ticket(TicketId ticket, const TicketUpdate& update, const std::string& who, UnixTime at) override;
  void merge_tickets(TicketId from, TicketId into, const std::string& who, UnixTime at) override;
  Ticket split_ticket(MessageId first, const NewTicket& ticket, const std::string& who) override;
  void revise_message(MessageId id, const RevisedMessage& revised, const std::string& who, UnixTime at) override;
  void add_change(const Change& change) override;
  void touch_contact(const Address& address, UnixTime at) override;

  std::int64_t add_quarantine(const NewQuarantine& row) override;
  void set_quarantine_state(std::int64_t id, const std::string& state, std::uint64_t retry_max_size) override;
  void set_mailbox_status(const MailboxStatus& status) override;
  void set_value(const std::string& name, const std::string& value) override;
  OutboxWriter& outbox() override { return outbox_; }

 private:
  sqlite::Database& open();  // the connection, when the transaction still stands
  void end_savepoint(const char* sql);

  sqlite::Database& db_;
  RawFile& raws_;
  Write write_;
  std::optional<Lease> lease_;
  SqliteOutboxWriter outbox_{[this]() -> sqlite::Database& { return open(); }, raws_};
  bool in_savepoint_ = false;
  bool committed_ = false;
};

}  // namespace poller::sqlite_engine
