// The reading half of outbox.h.
#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "storage/sqlite/json.h"
#include "storage/sqlite/outbox.h"
#include "storage/sqlite/raws.h"

namespace poller::sqlite_engine {
namespace {

using sqlite::Query;

#define POLLER_OUTBOX_COLUMNS                                                                                        \
  "o.id, o.kind, o.mailbox, coalesce(t.merged_into, o.ticket_id), o.message_id, o.state, o.attempts, o.created_at, " \
  "o.next_try, o.tried_at, o.end_reached, o.last_error, o.header_id, o.sender, o.to_json, o.owed_json, o.subject, "  \
  "o.raw_sha256, o.size, o.server_reply FROM outbox o LEFT JOIN ticket t ON t.id = o.ticket_id "

template <class Enum>
Enum outbox_word(std::string_view word, Enum last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    if (word == to_string(static_cast<Enum>(i))) return static_cast<Enum>(i);
  }
  throw Error(ErrorKind::corrupt, fmt::format("the outbox holds the unknown word \"{}\"", word));
}

OutboxRow outbox_row(const Query& q) {
  OutboxRow row;
  row.id = q.integer(0);
  row.kind = outbox_word(q.bytes(1), OutboxKind::alert);
  row.mailbox = q.text(2);
  row.ticket = q.optional_integer(3);
  row.message = q.optional_integer(4);
  row.state = outbox_word(q.bytes(5), OutboxState::cancelled);
  row.attempts = static_cast<int>(q.integer(6));
  row.created_at = q.integer(7);
  row.next_try = q.integer(8);
  row.tried_at = q.integer(9);
  row.end_reached = q.integer(10) != 0;
  row.last_error = q.text(11);
  row.message_id = q.text(12);
  row.sender = q.text(13);
  row.to = strings_from_json(q.bytes(14));
  row.owed = strings_from_json(q.bytes(15));
  row.subject = q.text(16);
  row.raw_sha256 = hash_hex(q.bytes(17));
  row.size = static_cast<std::uint64_t>(q.integer(18));
  row.server_reply = q.text(19);
  return row;
}

std::vector<OutboxRow> all_rows(Query& q) {
  std::vector<OutboxRow> out;
  while (q.step()) out.push_back(outbox_row(q));
  return out;
}

}  // namespace

std::optional<OutboxRow> SqliteOutboxReader::row(std::int64_t id) {
  Query q = db_.query("SELECT " POLLER_OUTBOX_COLUMNS "WHERE o.id = ?");
  if (!q.bind(id).step()) return std::nullopt;
  return outbox_row(q);
}

std::optional<OutboxRow> SqliteOutboxReader::by_message_id(const std::string& message_id) {
  Query q = db_.query("SELECT " POLLER_OUTBOX_COLUMNS "WHERE o.header_id = ? ORDER BY o.id LIMIT 1");
  if (!q.bind(message_id).step()) return std::nullopt;
  return outbox_row(q);
}

std::vector<OutboxRow> SqliteOutboxReader::rows(UnixTime done_since) {
  Query q = db_.query("SELECT " POLLER_OUTBOX_COLUMNS
                      "WHERE o.state IN ('pending', 'sending', 'retry', 'uncertain', 'failed')"
                      " OR max(o.tried_at, o.created_at) >= ? ORDER BY o.id");
  q.bind(done_since);
  return all_rows(q);
}

std::vector<OutboxRow> SqliteOutboxReader::due(const std::string& mailbox, UnixTime now, std::size_t limit) {
  Query q = db_.query("SELECT " POLLER_OUTBOX_COLUMNS
                      "WHERE o.mailbox = ? AND o.state IN ('pending', 'retry') AND o.next_try <= ?"
                      " ORDER BY o.kind <> 'alert', o.kind <> 'reply', o.id LIMIT ?");
  q.bind(mailbox, now, limit);
  return all_rows(q);
}

std::vector<OutboxRow> SqliteOutboxReader::in_state(const std::string& mailbox, OutboxState state) {
  Query q = db_.query("SELECT " POLLER_OUTBOX_COLUMNS "WHERE o.mailbox = ? AND o.state = ? ORDER BY o.id");
  const std::string word = to_string(state);
  q.bind(mailbox, word);
  return all_rows(q);
}

std::vector<OutboxRow> SqliteOutboxReader::sent_until(const std::string& mailbox, UnixTime time, std::size_t limit) {
  Query q = db_.query("SELECT " POLLER_OUTBOX_COLUMNS
                      "WHERE o.mailbox = ? AND o.tried_at BETWEEN 1 AND ? AND o.state = 'sent'"
                      " ORDER BY o.tried_at DESC LIMIT ?");
  q.bind(mailbox, time, limit);
  return all_rows(q);
}

std::optional<UnixTime> SqliteOutboxReader::next_due(const std::string& mailbox) {
  Query q = db_.query("SELECT min(next_try) FROM outbox WHERE mailbox = ? AND state IN ('pending', 'retry')");
  if (!q.bind(mailbox).step()) return std::nullopt;
  return q.optional_integer(0);
}

OutboxCounts SqliteOutboxReader::counts() {
  OutboxCounts counts;
  Query q = db_.query(
      "SELECT count(*) FILTER (WHERE state IN ('pending', 'sending', 'retry')),"
      " count(*) FILTER (WHERE state = 'uncertain'), count(*) FILTER (WHERE state = 'failed'),"
      " min(created_at) FILTER (WHERE state IN ('pending', 'sending', 'retry')) FROM outbox WHERE state IN"
      " ('pending', 'sending', 'retry', 'uncertain', 'failed')");
  if (q.step()) counts = {q.integer(0), q.integer(1), q.integer(2), q.integer(3)};
  return counts;
}

std::vector<OutboxBacklog> SqliteOutboxReader::backlog(UnixTime due_before, UnixTime tried_before) {
  Query q = db_.query(
      "SELECT mailbox, count(*) FILTER (WHERE waits), coalesce(min(created_at) FILTER (WHERE waits), 0),"
      " coalesce(max(last_error) FILTER (WHERE waits), ''),"
      " count(*) FILTER (WHERE state = 'uncertain'), coalesce(max(id) FILTER (WHERE state = 'uncertain'), 0),"
      " count(*) FILTER (WHERE state = 'failed'), coalesce(max(id) FILTER (WHERE state = 'failed'), 0),"
      " coalesce(max(last_error) FILTER (WHERE state = 'failed'), '')"
      " FROM (SELECT *, state IN ('pending', 'retry', 'sending') AS waits FROM outbox INDEXED BY outbox_open"
      " WHERE state IN ('pending', 'sending', 'retry', 'uncertain', 'failed'))"
      " WHERE kind <> 'alert' AND ((state = 'pending' AND next_try < ?1) OR (state = 'retry' AND created_at < ?1)"
      " OR (state = 'sending' AND tried_at < ?1) OR (state = 'uncertain' AND tried_at < ?2)"
      " OR (state = 'failed' AND kind = 'reply')) GROUP BY mailbox ORDER BY mailbox");
  q.bind(due_before, tried_before);
  std::vector<OutboxBacklog> out;
  while (q.step())
    out.push_back({q.text(0), q.integer(1), q.integer(2), q.text(3), q.integer(4), q.integer(5), q.integer(6),
                   q.integer(7), q.text(8)});
  return out;
}

std::int64_t SqliteOutboxReader::mails_since(const std::string& mailbox, UnixTime since) {
  Query q = db_.query("SELECT count(*) FROM outbox WHERE mailbox = ? AND tried_at >= ?");
  return q.bind(mailbox, since).step() ? q.integer(0) : 0;
}

std::int64_t SqliteOutboxReader::recipients_since(const std::string& mailbox, UnixTime since) {
  Query q =
      db_.query("SELECT coalesce(sum(json_array_length(to_json)), 0) FROM outbox WHERE mailbox = ? AND tried_at >= ?");
  return q.bind(mailbox, since).step() ? q.integer(0) : 0;
}

std::int64_t SqliteOutboxReader::answers_since(const std::string& address, UnixTime since) {
  Query q = db_.query("SELECT count(*) FROM outbox WHERE answers = ? AND answers <> '' AND created_at >= ?");
  const std::string key = text::to_lower(address);
  return q.bind(key, since).step() ? q.integer(0) : 0;
}

std::int64_t SqliteOutboxReader::all_answers_since(UnixTime since, std::optional<TicketId> ticket) {
  Query q = db_.query(ticket ? "SELECT count(*) FROM outbox WHERE answers <> '' AND created_at >= ? AND ticket_id = ?"
                             : "SELECT count(*) FROM outbox WHERE answers <> '' AND created_at >= ?");
  q.bind_at(1, since);
  if (ticket) q.bind_at(2, *ticket);
  return q.step() ? q.integer(0) : 0;
}

std::optional<std::string> SqliteOutboxReader::muted(const std::string& address, UnixTime now) {
  Query q = db_.query("SELECT reason FROM mute WHERE address = ? AND until > ?");
  if (!q.bind(address, now).step()) return std::nullopt;
  return q.text(0);
}

}  // namespace poller::sqlite_engine
