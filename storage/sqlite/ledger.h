// The ledger: what was met on servers, and how far it came.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/sqlite/database.h"
#include "storage/store.h"

namespace poller::sqlite_engine {

std::vector<LedgerEntry> read_ledger(sqlite::Database& db, std::span<const SourceKey> keys);
std::vector<SourceKey> read_unsettled(sqlite::Database& db, const std::string& mailbox, const std::string& folder,
                                      std::uint32_t uidvalidity);
std::vector<LedgerEntry> read_left_in_hand(sqlite::Database& db, const std::string& mailbox);

void write_in_hand(sqlite::Database& db, std::span<const SourceKey> mails);
void write_not_in_hand(sqlite::Database& db, std::span<const SourceKey> mails);
void write_ledger(sqlite::Database& db, const SourceKey& source, LedgerState state, std::optional<MessageId> message);
void write_settled(sqlite::Database& db, std::span<const SourceKey> mails);
void remove_ledger(sqlite::Database& db, const SourceKey& source);

std::optional<FolderState> read_folder_state(sqlite::Database& db, const std::string& mailbox,
                                             const std::string& folder);
void write_folder_state(sqlite::Database& db, const std::string& mailbox, const std::string& folder,
                        const FolderState& state);

}  // namespace poller::sqlite_engine
