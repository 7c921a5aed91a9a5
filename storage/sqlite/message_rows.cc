// The reading half of messages.h.
#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "storage/sqlite/json.h"
#include "storage/sqlite/messages.h"
#include "storage/sqlite/raws.h"
#include "storage/sqlite/tickets.h"

namespace poller::sqlite_engine {
namespace {

using sqlite::Database;
using sqlite::Query;

#define POLLER_MESSAGE_COLUMNS                                                                           \
  "id, ticket_id, direction, kind, state, mailbox, received_at, date, header_id, in_reply_to, subject, " \
  "from_name, from_address, to_json, cc_json, raw_sha256, size, extra_json, text, new_text, html"

#define POLLER_ATTACHMENT_COLUMNS                                                                            \
  "a.id, a.filename, a.content_type, a.size, a.sha256, a.content_id, a.inline, a.raw_offset, a.raw_length, " \
  "a.raw_encoding, a.raw_inside"

// The value whose to_string() is `word`.
template <class Enum>
Enum from_word(std::string_view word, Enum last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    if (word == to_string(static_cast<Enum>(i))) return static_cast<Enum>(i);
  }
  throw Error(ErrorKind::corrupt, fmt::format("the storage holds the unknown word \"{}\"", word));
}

void read_mail(const Query& q, Mail& mail) {
  mail.date = q.optional_integer(7);
  mail.message_id = q.optional_text(8);
  mail.in_reply_to = strings_from_json(q.bytes(9));
  mail.subject = q.text(10);
  if (!q.is_null(12)) mail.from = Address{q.text(11), q.text(12)};
  mail.to = addresses_from_json(q.bytes(13));
  mail.cc = addresses_from_json(q.bytes(14));
  mail.sha256 = hash_hex(q.bytes(15));
  mail.size = static_cast<std::uint64_t>(q.integer(16));
  mail.text = q.text(18);
  mail.new_text = q.is_null(19) ? mail.text : q.text(19);
  mail.html = q.optional_text(20);
}

Attachment attachment_row(const Query& q) {
  Attachment a;
  a.filename = q.optional_text(1);
  a.content_type = q.text(2);
  a.size = static_cast<std::uint64_t>(q.integer(3));
  a.sha256 = hash_hex(q.bytes(4));
  a.content_id = q.optional_text(5);
  a.is_inline = q.integer(6) != 0;
  a.locator = {static_cast<std::uint64_t>(q.integer(7)), static_cast<std::uint64_t>(q.integer(8)),
               static_cast<TransferEncoding>(q.integer(9)), q.text(10)};
  return a;
}

std::vector<StoredAttachment> attachments_of(Database& db, MessageId message) {
  Query q =
      db.query("SELECT " POLLER_ATTACHMENT_COLUMNS " FROM attachment a WHERE a.message_id = ? ORDER BY a.position");
  q.bind(message);
  std::vector<StoredAttachment> out;
  while (q.step()) out.push_back({q.integer(0), attachment_row(q)});
  return out;
}

Message message_row(Database& db, const Query& q) {
  Message m;
  m.id = q.integer(0);
  m.ticket = q.integer(1);  // NULL reads as 0
  m.direction = from_word(q.bytes(2), Direction::note);
  m.verdict.kind = from_word(q.bytes(3), MailKind::list);
  m.state = q.text(4);
  m.mailbox = q.text(5);
  m.received_at = q.integer(6);
  read_mail(q, m.mail);
  extra_from_json(q.bytes(17), m.mail, m.verdict);
  m.attachments = attachments_of(db, m.id);
  return m;
}

// Two tickets that were merged into one make one hit of it: that of the stored mail.
void add_hit(std::vector<ThreadHit>& hits, std::size_t first, ThreadHit&& hit) {
  for (std::size_t i = first; i < hits.size(); ++i) {
    if (hits[i].ticket != hit.ticket) continue;
    if (!hits[i].message) hits[i] = std::move(hit);
    return;
  }
  hits.push_back(std::move(hit));
}

}  // namespace

std::vector<Message> read_messages(Database& db, TicketId ticket) {
  Query q = db.query("SELECT " POLLER_MESSAGE_COLUMNS " FROM message WHERE ticket_id = ? ORDER BY received_at, id");
  q.bind(ticket);
  std::vector<Message> out;
  while (q.step()) out.push_back(message_row(db, q));
  return out;
}

std::optional<Message> read_message(Database& db, MessageId id) {
  Query q = db.query("SELECT " POLLER_MESSAGE_COLUMNS " FROM message WHERE id = ?");
  if (!q.bind(id).step()) return std::nullopt;
  return message_row(db, q);
}

std::optional<AttachmentRef> read_attachment(Database& db, AttachmentId id) {
  Query q = db.query("SELECT " POLLER_ATTACHMENT_COLUMNS
                     ", a.message_id, m.raw_sha256 FROM attachment a JOIN message m ON m.id = a.message_id"
                     " WHERE a.id = ?");
  if (!q.bind(id).step()) return std::nullopt;
  return AttachmentRef{id, q.integer(11), hash_hex(q.bytes(12)), attachment_row(q)};
}

std::string read_raw_sha256(Database& db, MessageId id) {
  Query q = db.query("SELECT raw_sha256 FROM message WHERE id = ?");
  return q.bind(id).step() ? hash_hex(q.bytes(0)) : std::string();
}

std::string read_decision(Database& db, MessageId id) {
  Query q = db.query("SELECT decision_json FROM message WHERE id = ?");
  return q.bind(id).step() ? q.text(0) : std::string();
}

std::optional<StoredMessageRef> read_identity(Database& db, const std::string& identity,
                                              const std::optional<std::string>& queue, const std::string& mailbox,
                                              bool in_quarantine) {
  Query q = db.query(
      "SELECT m.id, coalesce(t.merged_into, t.id, 0), m.mailbox, coalesce(t.queue, '') FROM message m"
      " LEFT JOIN ticket t ON t.id = m.ticket_id WHERE m.identity = ?1 AND (m.state = 'quarantined') = ?4"
      " AND (?2 IS NULL OR t.queue = ?2 OR m.mailbox = "
      "?3"
      " OR EXISTS (SELECT 1 FROM delivery d WHERE d.message_id = m.id AND d.mailbox = ?3))"
      " ORDER BY m.id LIMIT 1");
  if (!q.bind(identity, queue, mailbox, in_quarantine).step()) return std::nullopt;
  return StoredMessageRef{q.integer(0), q.integer(1), q.text(2), q.text(3)};
}

std::vector<ThreadHit> read_thread(Database& db, std::span<const std::string> message_ids) {
  Query q = db.query(
      "SELECT coalesce(t.merged_into, t.id), th.message_id, m.direction FROM thread th"
      " JOIN ticket t ON t.id = th.ticket_id LEFT JOIN message m ON m.id = th.message_id"
      " WHERE th.header_id = ? ORDER BY th.ticket_id");
  std::vector<ThreadHit> out;
  for (const std::string& id : message_ids) {
    const std::size_t first = out.size();
    q.reset().bind(id);
    while (q.step()) {
      const Direction direction = q.is_null(2) ? Direction::in : from_word(q.bytes(2), Direction::note);
      add_hit(out, first, {id, q.integer(0), q.optional_integer(1), direction});
    }
  }
  return out;
}

std::vector<Delivery> read_deliveries(Database& db, MessageId id) {
  Query q = db.query(
      "SELECT mailbox, folder, uidvalidity, uid, uidl, received_at, sha256 FROM delivery WHERE message_id = ?"
      " ORDER BY id");
  q.bind(id);
  std::vector<Delivery> out;
  while (q.step()) {
    SourceKey source{q.text(0), q.text(1), static_cast<std::uint32_t>(q.integer(2)),
                     static_cast<std::uint32_t>(q.integer(3)), q.text(4)};
    out.push_back({id, std::move(source), q.integer(5), hash_hex(q.bytes(6))});
  }
  return out;
}

}  // namespace poller::sqlite_engine
