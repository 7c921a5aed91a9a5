// Messages that are stored already: moved to a ticket of their own, or read anew.
#pragma once

#include <string>
#include <vector>

#include "lib/sqlite/database.h"
#include "storage/store.h"

namespace poller::sqlite_engine {

Ticket split_off(sqlite::Database& db, MessageId first, const NewTicket& ticket, const std::string& who);
void rewrite_message(sqlite::Database& db, MessageId id, const RevisedMessage& revised, const std::string& who,
                     UnixTime at);
std::vector<MessageId> read_mail_ids(sqlite::Database& db, UnixTime since, MessageId after, std::size_t limit);

}  // namespace poller::sqlite_engine
