#include "storage/sqlite/revise.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

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

// The way from a Message-ID to the ticket, and to those merged into it: their rows of `thread` lead there too. False:
// there was none.
bool forget_id(Database& db, const std::string& header_id, TicketId ticket, MessageId message) {
  db.query(
        "DELETE FROM thread WHERE header_id = ?1 AND (message_id = ?3 OR message_id IS NULL)"
        " AND ticket_id IN (SELECT id FROM ticket WHERE id = ?2 OR merged_into = ?2)")
      .bind(header_id, ticket, message)
      .run();
  return db.changes() > 0;
}

void move_id(Database& db, const std::string& header_id, TicketId from, TicketId to) {
  if (!forget_id(db, header_id, from, 0)) return;
  const std::string ids[] = {header_id};
  insert_thread_ids(db, to, ids);
}

// What an agent answers to a notice belongs to the message that it told of.
void move_notices(Database& db, MessageId message, TicketId from, TicketId to) {
  std::vector<std::string> ids;
  {
    Query q = db.query("SELECT header_id FROM outbox WHERE about = ?");
    q.bind(message);
    while (q.step()) ids.push_back(q.text(0));
  }
  for (const std::string& id : ids) move_id(db, id, from, to);
  db.query("UPDATE outbox SET ticket_id = ? WHERE about = ?").bind(to, message).run();
}

// Answers to the message find their ticket by its Message-ID, and its delivery's fate is told there.
void move_message(Database& db, const Message& message, TicketId from, TicketId to) {
  db.query("UPDATE message SET ticket_id = ? WHERE id = ?").bind(to, message.id).run();
  db.query("UPDATE outbox SET ticket_id = ? WHERE message_id = ?").bind(to, message.id).run();
  move_notices(db, message.id, from, to);
  if (!message.mail.message_id) return;
  (void)forget_id(db, *message.mail.message_id, from, message.id);
  insert_own_thread_id(db, *message.mail.message_id, to, message.id);
}

void add_named(std::set<std::string>& ids, const Mail& mail) {
  ids.insert(mail.references.begin(), mail.references.end());
  ids.insert(mail.in_reply_to.begin(), mail.in_reply_to.end());
  if (mail.message_id) ids.insert(*mail.message_id);
}

// Mails that never came, and that moved ones alone name: an answer to one belongs to these.
void move_named(Database& db, const std::set<std::string>& kept, const std::set<std::string>& moved, TicketId from,
                TicketId to) {
  for (const std::string& id : moved) {
    if (!kept.contains(id)) move_id(db, id, from, to);
  }
}

void add_to_counts(Database& db, TicketId ticket, std::int64_t messages, UnixTime at) {
  db.query("UPDATE ticket SET message_count = message_count + ?, updated_at = max(updated_at, ?) WHERE id = ?")
      .bind(messages, at, ticket)
      .run();
}

// Whoever was known in the one is known in the other, and so is whose ticket it was.
void copy_participants(Database& db, const Ticket& from, TicketId to) {
  db.query(
        "INSERT OR IGNORE INTO participant (ticket_id, address) SELECT ?1, address FROM participant WHERE ticket_id IN"
        " (SELECT id FROM ticket WHERE id = ?2 OR merged_into = ?2)")
      .bind(to, from.id)
      .run();
  if (from.requester.address.empty()) return;
  db.query("INSERT OR IGNORE INTO participant (ticket_id, address) VALUES (?, ?)")
      .bind(to, from.requester.address)
      .run();
}

std::string split_change(const char* key, TicketId other, std::int64_t messages) {
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
  const auto before = read_ticket(db, from);
  if (!before) throw Error(ErrorKind::usage, fmt::format("message {} is in no ticket", first));
  // As `show` orders them.
  const std::vector<Message> all = read_messages(db, from);
  const auto at = std::find_if(all.begin(), all.end(), [&](const Message& m) { return m.id == first; });
  if (at == all.begin()) {
    throw Error(ErrorKind::usage, fmt::format("message {} is the first one of {}", first, before->number),
                "Nothing would be left there.");
  }
  const Ticket made = insert_ticket(db, ticket, who);
  std::set<std::string> kept;
  std::set<std::string> named;
  for (auto m = all.begin(); m != all.end(); ++m) add_named(m < at ? kept : named, m->mail);
  move_named(db, kept, named, from, made.id);
  for (auto m = at; m != all.end(); ++m) move_message(db, *m, from, made.id);
  copy_participants(db, *before, made.id);
  const std::int64_t count = all.end() - at;
  add_to_counts(db, made.id, count, ticket.created_at);
  add_to_counts(db, from, -count, ticket.created_at);
  insert_change(db, {0, made.id, first, ticket.created_at, who, "split", split_change("from", from, count)});
  insert_change(db, {0, from, first, ticket.created_at, who, "split", split_change("into", made.id, count)});
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
      "SELECT id FROM message WHERE id > ? AND received_at >= ? AND direction <> 'out' AND raw_sha256 IS NOT NULL"
      " ORDER BY id LIMIT ?");
  q.bind(after, since, limit);
  std::vector<MessageId> out;
  while (q.step()) out.push_back(q.integer(0));
  return out;
}

}  // namespace poller::sqlite_engine
