// Quarantine, mailbox status, small values, leases.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/sqlite/database.h"
#include "storage/sqlite/raw_file.h"
#include "storage/store.h"

namespace poller::sqlite_engine {

std::int64_t insert_quarantine(sqlite::Database& db, RawFile& beside, const NewQuarantine& row);
void write_quarantine_state(sqlite::Database& db, std::int64_t id, const std::string& state,
                            std::uint64_t retry_max_size);
std::vector<QuarantineRow> read_quarantine(sqlite::Database& db, bool open_only);
std::optional<QuarantineRow> read_quarantine_row(sqlite::Database& db, std::int64_t id);

void write_mailbox_status(sqlite::Database& db, const MailboxStatus& status);
std::vector<MailboxStatus> read_mailbox_statuses(sqlite::Database& db);
std::optional<MailboxStatus> read_mailbox_status(sqlite::Database& db, const std::string& name);

void write_value(sqlite::Database& db, const std::string& name, const std::string& value);
std::optional<std::string> read_value(sqlite::Database& db, const std::string& name);

/// Whether a process that may still live has it.
bool is_leased(sqlite::Database& db, const std::string& mailbox);

// The leases: each of these within a write transaction.
std::optional<Lease> write_lease(sqlite::Database& db, const std::string& mailbox, UnixTime until);
bool write_lease_until(sqlite::Database& db, const Lease& lease, UnixTime until);
void remove_lease(sqlite::Database& db, const Lease& lease);
bool holds_lease(sqlite::Database& db, const Lease& lease);

}  // namespace poller::sqlite_engine
