// Lists, records, and the fields of a mail that no query needs, as JSON text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/mail.h"
#include "model/ticket.h"
#include "model/verdict.h"
#include "storage/store.h"

namespace poller::sqlite_engine {

std::string strings_to_json(const std::vector<std::string>& strings);
std::string addresses_to_json(const std::vector<Address>& addresses);

/// The reverse; Error(corrupt) when the text is not what the functions above write.
std::vector<std::string> strings_from_json(std::string_view json);
std::vector<Address> addresses_from_json(std::string_view json);

/// What message_v1 has no column for: references, subject_base, sender, reply_to, notice, signature, content_hash,
/// defects, and the verdict without its kind.
std::string extra_to_json(const Mail& mail, const Verdict& verdict);
void extra_from_json(std::string_view json, Mail& mail, Verdict& verdict);

/// What stands in change_v1.detail_json.
std::string created_detail(const NewTicket& ticket, const std::string& number);
std::string message_detail(const NewMessage& message);
std::string text_change_detail(const std::string& from, const std::string& to);
std::string tags_change_detail(const std::vector<std::string>& from, const std::vector<std::string>& to);
std::string revised_detail(const std::vector<std::string>& fields);
std::string requester_change_detail(const Address& from, const Address& to);

}  // namespace poller::sqlite_engine
