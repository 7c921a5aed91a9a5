// Values as the JSON that the outside relies on: names and meanings stay.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "intake/pass.h"
#include "model/ticket.h"
#include "storage/store.h"

namespace poller::cli {

using Json = nlohmann::ordered_json;

/// One line, without a line end; ill-formed UTF-8 becomes U+FFFD.
std::string to_line(const Json& json);

/// The fields of `inspect` without `file`; `attachments` takes their ids where they are stored.
Json mail_json(const Mail& mail, const Verdict& verdict, const std::vector<StoredAttachment>* stored = nullptr);
Json ticket_json(const Ticket& ticket);
Json message_json(const Message& message);
/// Further copies of the message that came, without the first.
Json deliveries_json(Store& store, MessageId id);
/// `show`: the ticket with its messages.
Json ticket_with_messages_json(Store& store, const Ticket& ticket);
Json quarantine_json(const QuarantineRow& row);
/// A line of `replay` and `--once`; without the keys that say where the mail was found.
void add_placement(Json& json, const MailEvent& event);
Json summary_json(const PassSummary& summary);

}  // namespace poller::cli
