// Values as text for people.
#pragma once

#include <string>

#include "intake/pass.h"
#include "model/ticket.h"
#include "outbound/runner.h"
#include "storage/store.h"

namespace poller::cli {

/// `poller inspect` without --json.
std::string describe_mail(const std::string& file, const Mail& mail, const Verdict& verdict);
/// `poller show` without --json.
std::string describe_ticket(Store& store, const Ticket& ticket);
/// A line of `poller tickets`.
std::string ticket_line(const Ticket& ticket);
std::string ticket_header_line();
/// A line for one mail of `replay` and `--once`.
std::string event_line(const MailEvent& event);
std::string summary_line(const std::string& mailbox, const PassSummary& summary, bool dry_run);
/// What one try of a mailbox's outbox came to; empty where nothing was tried.
std::string sending_line(const std::string& mailbox, const outbound::RunSummary& summary);
/// "1.2 MB"
std::string human_size(std::uint64_t bytes);
std::string human_address(const Address& address);

}  // namespace poller::cli
