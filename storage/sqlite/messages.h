// Messages, their attachments, and the ids by which answers find their ticket.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/sqlite/database.h"
#include "storage/sqlite/raw_file.h"
#include "storage/store.h"

namespace poller::sqlite_engine {

MessageId insert_message(sqlite::Database& db, RawFile& beside, const NewMessage& message, const std::string& who);
/// From the one at `first` on.
void insert_attachments(sqlite::Database& db, MessageId message, const std::vector<Attachment>& attachments,
                        std::size_t first = 0);
void insert_own_thread_id(sqlite::Database& db, const std::string& header_id, TicketId ticket, MessageId message);
/// A mail's Date as far as RFC 3339 can write it.
std::optional<UnixTime> within_calendar(std::optional<UnixTime> time);
void insert_thread_ids(sqlite::Database& db, TicketId ticket, std::span<const std::string> message_ids);
void insert_delivery(sqlite::Database& db, const Delivery& delivery);

std::optional<StoredMessageRef> read_identity(sqlite::Database& db, const std::string& identity,
                                              const std::optional<std::string>& queue, const std::string& mailbox,
                                              bool in_quarantine);
std::vector<ThreadHit> read_thread(sqlite::Database& db, std::span<const std::string> message_ids);
std::vector<Message> read_messages(sqlite::Database& db, TicketId ticket);
std::optional<Message> read_message(sqlite::Database& db, MessageId id);
std::optional<AttachmentRef> read_attachment(sqlite::Database& db, AttachmentId id);
std::string read_raw_sha256(sqlite::Database& db, MessageId id);
std::string read_decision(sqlite::Database& db, MessageId id);
std::vector<Delivery> read_deliveries(sqlite::Database& db, MessageId id);

}  // namespace poller::sqlite_engine
