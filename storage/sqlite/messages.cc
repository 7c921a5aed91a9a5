#include "storage/sqlite/messages.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "storage/sqlite/json.h"
#include "storage/sqlite/raws.h"
#include "storage/sqlite/tickets.h"

namespace poller::sqlite_engine {
namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Query;

// What RFC 3339 and strftime can write: years 0 to 9999.
constexpr UnixTime kFirstDate = -62167219200;
constexpr UnixTime kLastDate = 253402300799;

std::optional<std::string> name_of(const std::optional<Address>& a) {
  return a ? std::optional(a->name) : std::nullopt;
}
std::optional<std::string> address_of(const std::optional<Address>& a) {
  return a ? std::optional(a->address) : std::nullopt;
}

MessageId insert_row(Database& db, const NewMessage& m) {
  const Mail& mail = *m.mail;
  const std::string raw_key = m.raw == nullptr ? std::string() : hash_bytes(m.raw->sha256);
  const std::string in_reply_to = strings_to_json(mail.in_reply_to);
  const std::string to = addresses_to_json(mail.to);
  const std::string cc = addresses_to_json(mail.cc);
  const std::string extra = extra_to_json(mail, *m.verdict);
  const auto from_name = name_of(mail.from);
  const auto from_address = address_of(mail.from);
  Query q = db.query(
      "INSERT INTO message (ticket_id, direction, kind, state, mailbox, received_at, date, header_id, in_reply_to,"
      " subject, from_name, from_address, to_json, cc_json, raw_sha256, size, identity, extra_json, decision_json, "
      "text,"
      " new_text, html) VALUES (nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  q.bind(m.ticket, to_string(m.direction), to_string(m.verdict->kind), m.state, m.mailbox, m.received_at,
         within_calendar(mail.date), mail.message_id, in_reply_to, mail.subject, from_name, from_address, to, cc,
         m.raw == nullptr ? std::nullopt : std::optional(Blob{raw_key}), mail.size,
         m.identity.empty() ? std::nullopt : std::optional<std::string_view>(m.identity), extra, m.decision_json,
         mail.text, mail.new_text == mail.text ? std::nullopt : std::optional<std::string_view>(mail.new_text),
         mail.html);
  q.run();
  return db.last_insert_id();
}

void count_message(Database& db, const NewMessage& m) {
  // Two statements, because setting updated_at to what it is would still rewrite its five index rows.
  db.query("UPDATE ticket SET message_count = message_count + 1 WHERE id = ?").bind(m.ticket).run();
  if (db.changes() == 0) throw Error(ErrorKind::ours, fmt::format("there is no ticket with id {}", m.ticket));
  db.query("UPDATE ticket SET updated_at = ?1 WHERE id = ?2 AND updated_at < ?1").bind(m.received_at, m.ticket).run();
}

}  // namespace

std::optional<UnixTime> within_calendar(std::optional<UnixTime> time) {
  if (time) time = std::clamp(*time, kFirstDate, kLastDate);
  return time;
}

void insert_attachments(Database& db, MessageId message, const std::vector<Attachment>& attachments,
                        std::size_t first) {
  if (attachments.size() <= first) return;
  Query q = db.query(
      "INSERT INTO attachment (message_id, position, filename, content_type, size, sha256, content_id, inline,"
      " raw_offset, raw_length, raw_encoding, raw_inside) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t position = first; position < attachments.size(); ++position) {
    const Attachment& a = attachments[position];
    const std::string sha256 = hash_bytes(a.sha256);
    q.reset();
    q.bind(message, static_cast<std::int64_t>(position), a.filename, a.content_type, a.size, Blob{sha256}, a.content_id,
           a.is_inline, a.locator.offset, a.locator.length, static_cast<int>(a.locator.encoding), a.locator.inside);
    q.run();
  }
}

// An id that was known from References alone now has its mail.
void insert_own_thread_id(Database& db, const std::string& header_id, TicketId ticket, MessageId message) {
  db.query(
        "INSERT INTO thread (header_id, ticket_id, message_id) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET message_id = excluded.message_id WHERE message_id IS NULL")
      .bind(header_id, ticket, message)
      .run();
}

MessageId insert_message(Database& db, RawFile& beside, const NewMessage& m, const std::string& who) {
  if (m.raw != nullptr) insert_raw(db, beside, *m.raw);
  const MessageId id = insert_row(db, m);
  insert_attachments(db, id, m.mail->attachments);
  if (m.ticket == 0) return id;
  if (m.mail->message_id) insert_own_thread_id(db, *m.mail->message_id, m.ticket, id);
  count_message(db, m);
  insert_change(db, {0, m.ticket, id, m.received_at, who, "message", message_detail(m)});
  return id;
}

void insert_thread_ids(Database& db, TicketId ticket, std::span<const std::string> message_ids) {
  Query q = db.query("INSERT INTO thread (header_id, ticket_id) VALUES (?, ?) ON CONFLICT DO NOTHING");
  for (const std::string& id : message_ids) q.reset().bind(id, ticket).run();
}

void insert_delivery(Database& db, const Delivery& d) {
  const std::string sha256 = hash_bytes(d.sha256);
  db.query(
        "INSERT INTO delivery (message_id, mailbox, folder, uidvalidity, uid, uidl, received_at, sha256)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(d.message, d.source.mailbox, d.source.folder, d.source.uidvalidity, d.source.uid, d.source.uidl,
            d.received_at, Blob{sha256})
      .run();
}

}  // namespace poller::sqlite_engine
