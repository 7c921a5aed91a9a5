// Who takes part in tickets, how many there were lately, and the keys of our Message-IDs.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lib/sqlite/database.h"
#include "storage/store.h"

namespace poller::sqlite_engine {

void insert_participants(sqlite::Database& db, TicketId ticket, std::span<const std::string> addresses);
bool read_is_participant(sqlite::Database& db, TicketId ticket, const std::string& address);

void insert_message_key(sqlite::Database& db, const Secret& secret, UnixTime now);
std::vector<MessageKey> read_message_keys(sqlite::Database& db);

std::int64_t read_created_between(sqlite::Database& db, UnixTime from, UnixTime to);
void visit_created_between(sqlite::Database& db, UnixTime from, UnixTime to, const Store::CreatedVisit& visit);
void visit_requesters(sqlite::Database& db, const std::function<void(const std::string& address)>& visit);

}  // namespace poller::sqlite_engine
