#include "storage/sqlite/ledger.h"

#include "base/clock.h"
#include "storage/sqlite/process.h"

namespace poller::sqlite_engine {
namespace {

using sqlite::Database;
using sqlite::Query;

// The numbers stand in the file and in the conditions of its partial indexes.
static_assert(static_cast<int>(LedgerState::in_hand) == 0 && static_cast<int>(LedgerState::stored) == 1 &&
              static_cast<int>(LedgerState::settled) == 2 && static_cast<int>(LedgerState::quarantined) == 3 &&
              static_cast<int>(LedgerState::held) == 4);

Query& bind_source(Query& query, const SourceKey& s) {
  return query.bind(s.mailbox, s.folder, s.uidvalidity, s.uid, s.uidl);
}

// Runs `sql`, whose parameters are a source's five, once for each.
void run_for_each(Database& db, const char* sql, std::span<const SourceKey> mails) {
  Query query = db.query(sql);
  for (const SourceKey& source : mails) {
    query.reset();
    bind_source(query, source).run();
  }
}

}  // namespace

std::vector<LedgerEntry> read_ledger(Database& db, std::span<const SourceKey> keys) {
  Query query = db.query(
      "SELECT state, attempts, message_id FROM ledger"
      " WHERE mailbox = ? AND folder = ? AND uidvalidity = ? AND uid = ? AND uidl = ?");
  std::vector<LedgerEntry> out;
  for (const SourceKey& key : keys) {
    query.reset();
    if (!bind_source(query, key).step()) continue;
    out.push_back({key, static_cast<LedgerState>(query.integer(0)), static_cast<int>(query.integer(1)),
                   query.optional_integer(2)});
  }
  return out;
}

std::vector<SourceKey> read_unsettled(Database& db, const std::string& mailbox, const std::string& folder,
                                      std::uint32_t uidvalidity) {
  Query query = db.query(
      "SELECT uid, uidl FROM ledger WHERE mailbox = ? AND folder = ? AND uidvalidity = ? AND state IN (1, 3)"
      " ORDER BY changed_at, uid");
  query.bind(mailbox, folder, uidvalidity);
  std::vector<SourceKey> out;
  while (query.step()) {
    out.push_back({mailbox, folder, uidvalidity, static_cast<std::uint32_t>(query.integer(0)), query.text(1)});
  }
  return out;
}

std::vector<LedgerEntry> read_left_in_hand(Database& db, const std::string& mailbox) {
  // By itself SQLite would take the primary key, and read the whole ledger of the mailbox.
  Query query = db.query(
      "SELECT folder, uidvalidity, uid, uidl, attempts, message_id, holder FROM ledger INDEXED BY ledger_in_hand"
      " WHERE mailbox = ? AND state = 0");
  query.bind(mailbox);
  std::vector<LedgerEntry> out;
  std::string last_holder;  // most rows bear the same one
  bool last_gone = true;
  while (query.step()) {
    if (query.bytes(6) != last_holder) {
      last_holder = query.text(6);
      last_gone = last_holder.empty() || is_gone(last_holder);
    }
    if (!last_gone) continue;
    SourceKey source{mailbox, query.text(0), static_cast<std::uint32_t>(query.integer(1)),
                     static_cast<std::uint32_t>(query.integer(2)), query.text(3)};
    out.push_back(
        {std::move(source), LedgerState::in_hand, static_cast<int>(query.integer(4)), query.optional_integer(5)});
  }
  return out;
}

void write_in_hand(Database& db, std::span<const SourceKey> mails) {
  Query query = db.query(
      "INSERT INTO ledger (mailbox, folder, uidvalidity, uid, uidl, state, attempts, changed_at, holder)"
      " VALUES (?, ?, ?, ?, ?, 0, 1, ?, ?)"
      " ON CONFLICT DO UPDATE SET attempts = attempts + 1, changed_at = excluded.changed_at, holder = excluded.holder"
      " WHERE state = 0");
  const UnixTime now = system_clock().unix_now();
  const std::string& holder = this_process();
  for (const SourceKey& s : mails) {
    query.reset();
    query.bind(s.mailbox, s.folder, s.uidvalidity, s.uid, s.uidl, now, holder).run();
  }
}

void write_not_in_hand(Database& db, std::span<const SourceKey> mails) {
  run_for_each(db,
               "DELETE FROM ledger WHERE mailbox = ? AND folder = ? AND uidvalidity = ? AND uid = ? AND uidl = ?"
               " AND state = 0 AND attempts <= 1",
               mails);
  run_for_each(db,
               "UPDATE ledger SET attempts = attempts - 1, holder = NULL"
               " WHERE mailbox = ? AND folder = ? AND uidvalidity = ? AND uid = ? AND uidl = ? AND state = 0",
               mails);
}

void write_ledger(Database& db, const SourceKey& s, LedgerState state, std::optional<MessageId> message) {
  db.query(
        "INSERT INTO ledger (mailbox, folder, uidvalidity, uid, uidl, state, attempts, message_id, changed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)"
        " ON CONFLICT DO UPDATE SET state = excluded.state, message_id = excluded.message_id,"
        " changed_at = excluded.changed_at, holder = NULL")
      .bind(s.mailbox, s.folder, s.uidvalidity, s.uid, s.uidl, static_cast<int>(state), message,
            system_clock().unix_now())
      .run();
}

void write_settled(Database& db, std::span<const SourceKey> mails) {
  run_for_each(db,
               "UPDATE ledger SET state = 2"
               " WHERE mailbox = ? AND folder = ? AND uidvalidity = ? AND uid = ? AND uidl = ? AND state IN (1, 3)",
               mails);
}

void remove_ledger(Database& db, const SourceKey& source) {
  run_for_each(db, "DELETE FROM ledger WHERE mailbox = ? AND folder = ? AND uidvalidity = ? AND uid = ? AND uidl = ?",
               {&source, 1});
}

std::optional<FolderState> read_folder_state(Database& db, const std::string& mailbox, const std::string& folder) {
  Query query = db.query(
      "SELECT uidvalidity, watermark, listed_in_full_at, start_uid FROM folder_state WHERE mailbox = ? AND folder = ?");
  if (!query.bind(mailbox, folder).step()) return std::nullopt;
  return FolderState{static_cast<std::uint32_t>(query.integer(0)), static_cast<std::uint32_t>(query.integer(1)),
                     query.integer(2), static_cast<std::uint32_t>(query.integer(3))};
}

void write_folder_state(Database& db, const std::string& mailbox, const std::string& folder, const FolderState& state) {
  db.query("INSERT OR REPLACE INTO folder_state VALUES (?, ?, ?, ?, ?, ?)")
      .bind(mailbox, folder, state.uidvalidity, state.watermark, state.listed_in_full_at, state.start_uid)
      .run();
}

}  // namespace poller::sqlite_engine
