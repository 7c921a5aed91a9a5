// The protocol as the log shows it at level trace: secrets masked before anything is formatted, mails not shown.
#pragma once

#include <string_view>

#include "mailbox/imap/wire_response.h"

namespace poller::imap {

class Session;

void trace_sent(std::string_view tag, std::string_view command);
void trace_received(std::string_view line);
void trace_received(const Response& response, const Session& session);

}  // namespace poller::imap
