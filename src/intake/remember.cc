#include "intake/remember.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "intake/signals.h"
#include "parsers/address_key.h"

namespace poller {
namespace {

constexpr const char* kTeller = "poller";
constexpr const char* kDistrusted = "distrusted";
constexpr std::size_t kMostParticipants = 50;  // of one mail

constexpr std::string_view kLinkedFrom = R"({"from":)";

std::vector<std::string> thread_ids(const Mail& mail, const std::set<std::string>& taken) {
  std::vector<std::string> ids = mail.references;
  ids.insert(ids.end(), mail.in_reply_to.begin(), mail.in_reply_to.end());
  if (auto key = conversation_key(mail)) ids.push_back(std::move(*key));
  std::erase_if(ids, [&](const std::string& id) { return taken.contains(id); });
  return ids;
}

std::vector<std::string> recipients(const Mail& mail) {
  std::vector<std::string> out;
  for (const auto* list : {&mail.to, &mail.cc}) {
    for (const Address& address : *list) {
      if (address.address.find('@') != std::string::npos && out.size() < kMostParticipants)
        out.push_back(address_key(address.address));
    }
  }
  return out;
}

void tell(Transaction& tx, TicketId ticket, std::optional<MessageId> message, UnixTime now, const char* what,
          std::string detail) {
  tx.add_change({0, ticket, message, now, kTeller, what, std::move(detail)});
}

}  // namespace

void remember_mail(Transaction& tx, const Target& target, const Mail& mail, TicketId ticket, MessageId message,
                   UnixTime now) {
  note_distrust(tx, target.sender, ticket, message, now);
  if (target.trust.flagged) {
    tell(tx, ticket, message, now, "flagged", R"({"why":"the sender is unknown to the ticket"})");
  } else if (target.sender.trust != SenderTrust::fail) {
    tx.add_thread_ids(ticket, thread_ids(mail, target.taken_ids));
    tx.add_participants(ticket, recipients(mail));
  }
  if (target.linked_to && *target.linked_to != ticket) {
    tell(tx, ticket, std::nullopt, now, "linked", fmt::format(R"({{"to":{}}})", *target.linked_to));
    tell(tx, *target.linked_to, std::nullopt, now, "linked", fmt::format(R"({{"from":{}}})", ticket));
  }
}

void note_distrust(Transaction& tx, const SenderFinding& sender, TicketId ticket, MessageId message, UnixTime now) {
  if (sender.trust != SenderTrust::fail) return;
  tell(tx, ticket, message, now, kDistrusted, fmt::format(R"({{"why":{}}})", text::json_string(sender.why)));
}

std::optional<TicketId> linked_ticket(const std::string& detail_json) {
  std::uint64_t id = 0;
  if (!detail_json.starts_with(kLinkedFrom) || !detail_json.ends_with('}')) return std::nullopt;
  const auto digits = std::string_view(detail_json).substr(kLinkedFrom.size());
  if (!text::parse_uint(digits.substr(0, digits.size() - 1), id)) return std::nullopt;
  return static_cast<TicketId>(id);
}

bool is_distrusted(Store& store, TicketId ticket) {
  const auto changes = store.changes(ticket);
  return std::any_of(changes.begin(), changes.end(), [](const Change& c) { return c.what == kDistrusted; });
}

bool is_split_from(Store& store, TicketId one, TicketId other) {
  const std::string from = fmt::format(R"({{"from":{},)", other);
  const std::string into = fmt::format(R"({{"into":{},)", other);
  const auto changes = store.changes(one);
  return std::any_of(changes.begin(), changes.end(), [&](const Change& c) {
    return c.what == "split" && (c.detail_json.starts_with(from) || c.detail_json.starts_with(into));
  });
}

}  // namespace poller
