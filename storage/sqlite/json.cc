#include "storage/sqlite/json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"

namespace poller::sqlite_engine {
namespace {

using nlohmann::json;

std::string dumped(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

// What every mail needs is written without a tree of values, which costs three times as much.
std::string address_text(const Address& address) {
  return fmt::format(R"({{"address":{},"name":{}}})", text::json_string(address.address),
                     text::json_string(address.name));
}

json address_json(const Address& address) { return {{"name", address.name}, {"address", address.address}}; }

json address_list_json(const std::vector<Address>& addresses) {
  json list = json::array();
  for (const Address& address : addresses) list.push_back(address_json(address));
  return list;
}

// Absent rather than null: most mails have few of these.
template <class T>
void put(json& object, const char* key, const std::optional<T>& value) {
  if (value) object[key] = *value;
}

void put(json& object, const char* key, const std::vector<std::string>& value) {
  if (!value.empty()) object[key] = value;
}

json bounce_json(const Bounce& bounce) {
  json recipients = json::array();
  for (const BouncedRecipient& recipient : bounce.recipients) {
    json one{{"address", recipient.address}, {"hard", recipient.bounce_class == BounceClass::hard}};
    put(one, "status", recipient.status);
    put(one, "reply_code", recipient.reply_code);
    put(one, "diagnostic", recipient.diagnostic);
    recipients.push_back(std::move(one));
  }
  json out{{"recipients", std::move(recipients)}};
  put(out, "original_message_id", bounce.original_message_id);
  return out;
}

// Runs `read` on the parsed text; whatever does not fit is a damaged row.
template <class Read>
auto parsed(std::string_view text, Read read) {
  try {
    return read(json::parse(text));
  } catch (const json::exception&) {
    throw Error(ErrorKind::corrupt, "the storage holds JSON that cannot be read");
  }
}

Address address_of(const json& value) {
  return {value.at("name").get<std::string>(), value.at("address").get<std::string>()};
}

std::vector<Address> address_list_of(const json& list) {
  std::vector<Address> out;
  for (const json& value : list) out.push_back(address_of(value));
  return out;
}

template <class T>
std::optional<T> take(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return std::nullopt;
  return found->get<T>();
}

std::vector<std::string> take_list(const json& object, const char* key) {
  return take<std::vector<std::string>>(object, key).value_or(std::vector<std::string>());
}

Bounce bounce_of(const json& value) {
  Bounce out;
  for (const json& one : value.at("recipients")) {
    BouncedRecipient recipient;
    recipient.address = one.at("address").get<std::string>();
    recipient.bounce_class = one.at("hard").get<bool>() ? BounceClass::hard : BounceClass::soft;
    recipient.status = take<std::string>(one, "status");
    recipient.reply_code = take<int>(one, "reply_code");
    recipient.diagnostic = take<std::string>(one, "diagnostic");
    out.recipients.push_back(std::move(recipient));
  }
  out.original_message_id = take<std::string>(value, "original_message_id");
  return out;
}

}  // namespace

std::string strings_to_json(const std::vector<std::string>& strings) {
  return strings.empty() ? "[]" : dumped(json(strings));
}

std::string addresses_to_json(const std::vector<Address>& addresses) {
  std::string list;
  for (const Address& address : addresses) {
    if (!list.empty()) list += ',';
    list += address_text(address);
  }
  return "[" + list + "]";
}

std::vector<std::string> strings_from_json(std::string_view text) {
  if (text == "[]") return {};
  return parsed(text, [](const json& value) { return value.get<std::vector<std::string>>(); });
}

std::vector<Address> addresses_from_json(std::string_view text) {
  if (text == "[]") return {};
  return parsed(text, address_list_of);
}

std::string extra_to_json(const Mail& mail, const Verdict& verdict) {
  json out{{"subject_base", mail.subject_base}, {"may_answer", verdict.may_answer}};
  put(out, "references", mail.references);
  put(out, "notice", mail.notice);
  put(out, "signature", mail.signature);
  put(out, "defects", mail.defects);
  put(out, "reasons", verdict.reasons);
  put(out, "feedback_type", verdict.feedback_type);
  if (!mail.content_hash.empty()) out["content_hash"] = mail.content_hash;
  if (mail.sender) out["sender"] = address_json(*mail.sender);
  if (!mail.reply_to.empty()) out["reply_to"] = address_list_json(mail.reply_to);
  if (verdict.bounce) out["bounce"] = bounce_json(*verdict.bounce);
  return dumped(out);
}

void extra_from_json(std::string_view text, Mail& mail, Verdict& verdict) {
  parsed(text, [&](const json& value) {
    mail.subject_base = value.at("subject_base").get<std::string>();
    mail.references = take_list(value, "references");
    mail.notice = take<std::string>(value, "notice");
    mail.signature = take<std::string>(value, "signature");
    mail.content_hash = take<std::string>(value, "content_hash").value_or("");
    mail.defects = take_list(value, "defects");
    if (value.contains("sender")) mail.sender = address_of(value["sender"]);
    if (value.contains("reply_to")) mail.reply_to = address_list_of(value["reply_to"]);
    verdict.may_answer = value.at("may_answer").get<bool>();
    verdict.reasons = take_list(value, "reasons");
    verdict.feedback_type = take<std::string>(value, "feedback_type");
    if (value.contains("bounce")) verdict.bounce = bounce_of(value["bounce"]);
    return true;
  });
}

std::string created_detail(const NewTicket& ticket, const std::string& number) {
  return fmt::format(R"({{"number":{},"queue":{},"requester":{},"status":{},"subject":{}}})", text::json_string(number),
                     text::json_string(ticket.queue), address_text(ticket.requester), text::json_string(ticket.status),
                     text::json_string(ticket.subject));
}

std::string message_detail(const NewMessage& message) {
  return fmt::format(R"({{"direction":"{}","kind":"{}"}})", to_string(message.direction),
                     to_string(message.verdict->kind));
}

std::string text_change_detail(const std::string& from, const std::string& to) {
  return dumped({{"old", from}, {"new", to}});
}

std::string tags_change_detail(const std::vector<std::string>& from, const std::vector<std::string>& to) {
  return dumped({{"old", from}, {"new", to}});
}

std::string revised_detail(const std::vector<std::string>& fields) { return dumped({{"fields", fields}}); }

std::string requester_change_detail(const Address& from, const Address& to) {
  return dumped({{"old", address_json(from)}, {"new", address_json(to)}});
}

}  // namespace poller::sqlite_engine
