#include "storage/sqlite/transaction.h"

#include <fmt/format.h>

#include "base/error.h"
#include "storage/sqlite/ledger.h"
#include "storage/sqlite/messages.h"
#include "storage/sqlite/revise.h"
#include "storage/sqlite/threading.h"
#include "storage/sqlite/tickets.h"
#include "storage/sqlite/upkeep.h"

namespace poller::sqlite_engine {

// A full disk or an I/O error makes SQLite undo the whole transaction; without this check the next statement would
// commit by itself.
sqlite::Database& SqliteTransaction::open() {
  if (committed_) throw Error(ErrorKind::ours, "the transaction is committed already");
  if (!write_.alive()) {
    throw Error(ErrorKind::storage, fmt::format("{}: the transaction was lost to an earlier error", db_.path()));
  }
  return db_;
}

void SqliteTransaction::commit() {
  if (lease_ && !holds_lease(open(), *lease_)) {
    throw Error(ErrorKind::temporary, fmt::format("another process has taken over mailbox {}", lease_->mailbox));
  }
  open();
  raws_.commit();  // first: what the store names must be there
  write_.commit();
  committed_ = true;
}

void SqliteTransaction::savepoint() {
  if (in_savepoint_) throw Error(ErrorKind::ours, "a savepoint is open already");
  open().query("SAVEPOINT mail").run();
  in_savepoint_ = true;
}

void SqliteTransaction::end_savepoint(const char* sql) {
  if (!in_savepoint_) throw Error(ErrorKind::ours, "no savepoint is open");
  open().query(sql).run();
}

void SqliteTransaction::rollback_to_savepoint() {
  end_savepoint("ROLLBACK TO mail");
  release_savepoint();
}

void SqliteTransaction::release_savepoint() {
  end_savepoint("RELEASE mail");
  in_savepoint_ = false;
}

void SqliteTransaction::mark_in_hand(std::span<const SourceKey> mails) { write_in_hand(open(), mails); }
void SqliteTransaction::unmark_in_hand(std::span<const SourceKey> mails) { write_not_in_hand(open(), mails); }
void SqliteTransaction::set_ledger(const SourceKey& source, LedgerState state, std::optional<MessageId> message) {
  write_ledger(open(), source, state, message);
}
void SqliteTransaction::set_settled(std::span<const SourceKey> mails) { write_settled(open(), mails); }
void SqliteTransaction::forget_ledger(const SourceKey& source) { remove_ledger(open(), source); }
void SqliteTransaction::set_folder_state(const std::string& mailbox, const std::string& folder,
                                         const FolderState& state) {
  write_folder_state(open(), mailbox, folder, state);
}

Ticket SqliteTransaction::create_ticket(const NewTicket& ticket, const std::string& who) {
  return insert_ticket(open(), ticket, who);
}
MessageId SqliteTransaction::add_message(const NewMessage& message, const std::string& who) {
  return insert_message(open(), raws_, message, who);
}
void SqliteTransaction::add_delivery(const Delivery& delivery) { insert_delivery(open(), delivery); }
void SqliteTransaction::add_thread_ids(TicketId ticket, std::span<const std::string> message_ids) {
  insert_thread_ids(open(), ticket, message_ids);
}
void SqliteTransaction::add_participants(TicketId ticket, std::span<const std::string> addresses) {
  insert_participants(open(), ticket, addresses);
}
void SqliteTransaction::add_message_key(const Secret& secret, UnixTime now) { insert_message_key(open(), secret, now); }
void SqliteTransaction::update_ticket(TicketId ticket, const TicketUpdate& update, const std::string& who,
                                      UnixTime at) {
  change_ticket(open(), ticket, update, who, at);
}
void SqliteTransaction::merge_tickets(TicketId from, TicketId into, const std::string& who, UnixTime at) {
  merge_into(open(), from, into, who, at);
}
Ticket SqliteTransaction::split_ticket(MessageId first, const NewTicket& ticket, const std::string& who) {
  return split_off(open(), first, ticket, who);
}
void SqliteTransaction::revise_message(MessageId id, const RevisedMessage& revised, const std::string& who,
                                       UnixTime at) {
  rewrite_message(open(), id, revised, who, at);
}
void SqliteTransaction::add_change(const Change& change) { insert_change(open(), change); }
void SqliteTransaction::touch_contact(const Address& address, UnixTime at) { write_contact(open(), address, at); }

std::int64_t SqliteTransaction::add_quarantine(const NewQuarantine& row) {
  return insert_quarantine(open(), raws_, row);
}
void SqliteTransaction::set_quarantine_state(std::int64_t id, const std::string& state, std::uint64_t retry_max_size) {
  write_quarantine_state(open(), id, state, retry_max_size);
}
void SqliteTransaction::set_mailbox_status(const MailboxStatus& status) { write_mailbox_status(open(), status); }
void SqliteTransaction::set_value(const std::string& name, const std::string& value) {
  write_value(open(), name, value);
}

}  // namespace poller::sqlite_engine
