// Tickets, what happened to them, and who asks.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/sqlite/database.h"
#include "storage/store.h"

namespace poller::sqlite_engine {

Ticket insert_ticket(sqlite::Database& db, const NewTicket& ticket, const std::string& who);
void change_ticket(sqlite::Database& db, TicketId id, const TicketUpdate& update, const std::string& who, UnixTime at);
void merge_into(sqlite::Database& db, TicketId from, TicketId into, const std::string& who, UnixTime at);

std::optional<Ticket> read_ticket(sqlite::Database& db, TicketId id);
std::optional<Ticket> read_ticket_by_number(sqlite::Database& db, const std::string& number);
TicketId read_merge_target(sqlite::Database& db, TicketId id);
void visit_tickets(sqlite::Database& db, const TicketFilter& filter, const std::function<void(const Ticket&)>& visit);

void insert_change(sqlite::Database& db, const Change& change);
std::vector<std::pair<TicketId, std::int64_t>> read_changed_since(sqlite::Database& db, std::int64_t sequence,
                                                                  std::size_t limit);
std::vector<Change> read_changes(sqlite::Database& db, TicketId ticket);

void write_contact(sqlite::Database& db, const Address& address, UnixTime at);

}  // namespace poller::sqlite_engine
