// Arguments of commands: a ticket by id or number, a message, an attachment.
#pragma once

#include <string>

#include "model/ticket.h"
#include "storage/store.h"

namespace poller::cli {

/// "17" or "T-17". Throws Error(usage) that says so when there is none.
Ticket find_ticket(Store& store, const std::string& argument);

/// A positive number. Throws Error(usage) that names `what` otherwise.
std::int64_t parse_id(const std::string& argument, const char* what);

/// Who changed a ticket from the command line: the login name, "cli" where there is none.
std::string current_user();

}  // namespace poller::cli
