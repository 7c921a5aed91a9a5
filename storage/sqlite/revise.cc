#include "storage/sqlite/revise.h"

#include <fmt/format.h>

#include "base/error.h"
#include "storage/sqlite/json.h"
#include "storage/sqlite/messages.h"
#include "storage/sqlite/raws.h"
#include "storage/sqlite/tickets.h"

namespace poller::sqlite_engine {
namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Query;

// The message and what came after it, as `show` orders them.
std::vector<MessageId> messages_from(Database& db, TicketId ticket, MessageId first) {
  Query q = db.query(
      "SELECT id FROM message WHERE ticket_id = ?1 AND (received_at, id) >="
      " (SELECT received_at, id FROM message WHERE id = ?2) ORDER BY received_at, id");
  q.bind(ticket, first);
  std::vector<MessageId> out;
  while (q.step()) out.push_back(q.integer(0));
  return out;
}

// Answers to the message find their ticket by its Message-ID, and its delivery's fate is told there.
void move_message(Database& db, MessageId message, TicketId from, TicketId to) {
  db.query("UPDATE message SET ticket_id = ? WHERE id = ?").bind(to, message).run();
  db.query(
        "UPDATE OR REPLACE thread SET ticket_id = ?1 WHERE ticket_id = ?2 AND message_id = ?3"
        " AND header_id = (SELECT header_id FROM message WHERE id = ?3)")
      .bind(to, from, message)
      .run();
  db.query("UPDATE outbox SET ticket_id = ? WHERE message_id = ?").bind(to, message).run();
}

void add_to_counts(Database& db, TicketId ticket, std::int64_t messages, UnixTime at) {
  db.query("UPDATE ticket SET message_count = message_count + ?, updated_at = max(updated_at, ?) WHERE id = ?")
      .bind(messages, at, ticket)
      .run();
}

std::string split_change(const char* key, TicketId other, std::size_t messages) {
  return fmt::format(R"({{"{}":{},"messages":{}}})", key, other, messages);
}

void rewrite_row(Database& db, MessageId id, const RevisedMessage& revised) {
  const Mail& mail = *revised.mail;
  const std::string in_reply_to = strings_to_json(mail.in_reply_to);
  const std::string to = addresses_to_json(mail.to);
  const std::string cc = addresses_to_json(mail.cc);
  const std::string extra = extra_to_json(mail, *revised.verdict);
  const auto name = mail.from ? std::optional(mail.from->name) : std::nullopt;
  const auto address = mail.from ? std::optional(mail.from->address) : std::nullopt;
  db.query(
        "UPDATE message SET kind = ?, date = ?, header_id = ?, in_reply_to = ?, subject = ?, from_name = ?,"
        " from_address = ?, to_json = ?, cc_json = ?, identity = ?, extra_json = ?, text = ?, new_text = ?, html = ?"
        " WHERE id = ?")
      .bind(to_string(revised.verdict->kind), within_calendar(mail.date), mail.message_id, in_reply_to, mail.subject,
            name, address, to, cc,
            revised.identity.empty() ? std::nullopt : std::optional<std::string_view>(revised.identity), extra,
            mail.text, mail.new_text == mail.text ? std::nullopt : std::optional<std::string_view>(mail.new_text),
            mail.html, id)
      .run();
}

// Ids stay with their places, so that what somebody noted down still leads to the same file where it is the same.
void rewrite_attachments(Database& db, MessageId message, const std::vector<Attachment>& attachments) {
  std::vector<AttachmentId> ids;
  {
    Query q = db.query("SELECT id FROM attachment WHERE message_id = ? ORDER BY position");
    q.bind(message);
    while (q.step()) ids.push_back(q.integer(0));
  }
  for (std::size_t i = attachments.size(); i < ids.size(); ++i) {
    db.query("DELETE FROM attachment WHERE id = ?").bind(ids[i]).run();
  }
  for (std::size_t i = 0; i < attachments.size() && i < ids.size(); ++i) {
    const Attachment& a = attachments[i];
    const std::string sha256 = hash_bytes(a.sha256);
    db.query(
          "UPDATE attachment SET position = ?, filename = ?, content_type = ?, size = ?, sha256 = ?, content_id = ?,"
          " inline = ?, raw_offset = ?, raw_length = ?, raw_encoding = ?, raw_inside = ? WHERE id = ?")
        .bind(static_cast<std::int64_t>(i), a.filename, a.content_type, a.size, Blob{sha256}, a.content_id, a.is_inline,
              a.locator.offset, a.locator.length, static_cast<int>(a.locator.encoding), a.locator.inside, ids[i])
        .run();
  }
  insert_attachments(db, message, attachments, ids.size());
}

}  // namespace

Ticket split_off(Database& db, MessageId first, const NewTicket& ticket, const std::string& who) {
  const auto message = read_message(db, first);
  const TicketId from = message ? message->ticket : 0;
  const std::vector<MessageId> moved = from == 0 ? std::vector<MessageId>() : messages_from(db, from, first);
  const auto before = read_ticket(db, from);
  if (!before || moved.empty()) throw Error(ErrorKind::usage, fmt::format("message {} is in no ticket", first));
  if (static_cast<std::int64_t>(moved.size()) >= before->message_count) {
    throw Error(ErrorKind::usage, fmt::format("message {} is the first one of {}", first, before->number),
                "Nothing would be left there.");
  }
  const Ticket made = insert_ticket(db, ticket, who);
  for (const MessageId id : moved) move_message(db, id, from, made.id);
  db.query("INSERT INTO participant (ticket_id, address) SELECT ?1, address FROM participant WHERE ticket_id = ?2")
      .bind(made.id, from)
      .run();
  const auto count = static_cast<std::int64_t>(moved.size());
  add_to_counts(db, made.id, count, ticket.created_at);
  add_to_counts(db, from, -count, ticket.created_at);
  insert_change(db, {0, made.id, first, ticket.created_at, who, "split", split_change("from", from, moved.size())});
  insert_change(db, {0, from, first, ticket.created_at, who, "split", split_change("into", made.id, moved.size())});
  return *read_ticket(db, made.id);
}

void rewrite_message(Database& db, MessageId id, const RevisedMessage& revised, const std::string& who, UnixTime at) {
  const auto message = read_message(db, id);
  if (!message) throw Error(ErrorKind::ours, fmt::format("there is no message with id {}", id));
  rewrite_row(db, id, revised);
  rewrite_attachments(db, id, revised.mail->attachments);
  if (message->ticket == 0) return;
  if (revised.mail->message_id) insert_own_thread_id(db, *revised.mail->message_id, message->ticket, id);
  insert_change(db, {0, message->ticket, id, at, who, "reparsed", revised_detail(revised.fields)});
}

std::vector<MessageId> read_mail_ids(Database& db, UnixTime since, MessageId after, std::size_t limit) {
  Query q = db.query(
      "SELECT id FROM message WHERE id > ? AND received_at >= ? AND direction = 'in' AND raw_sha256 IS NOT NULL"
      " ORDER BY id LIMIT ?");
  q.bind(after, since, limit);
  std::vector<MessageId> out;
  while (q.step()) out.push_back(q.integer(0));
  return out;
}

}  // namespace poller::sqlite_engine
