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
constexpr std::size_t kMostSplits = 50;        // followed from one ticket to the next

// A ticket's id, first in the detail of a change.
std::optional<TicketId> number_in(std::string_view detail_json, std::string_view before) {
  std::uint64_t id = 0;
  if (!detail_json.starts_with(before)) return std::nullopt;
  const auto rest = detail_json.substr(before.size());
  if (!text::parse_uint(rest.substr(0, rest.find_first_of(",}")), id)) return std::nullopt;
  return static_cast<TicketId>(id);
}

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

std::optional<TicketId> linked_ticket(const std::string& detail_json) { return number_in(detail_json, R"({"from":)"); }

bool is_distrusted(Store& store, TicketId ticket) {
  const auto changes = store.changes(ticket);
  return std::any_of(changes.begin(), changes.end(), [](const Change& c) { return c.what == kDistrusted; });
}

bool is_split_from(Store& store, TicketId one, TicketId other) {
  std::set<TicketId> seen{one};
  std::vector<TicketId> to_ask{one};
  for (std::size_t i = 0; i < to_ask.size() && i < kMostSplits; ++i) {
    for (const Change& change : store.changes(to_ask[i])) {
      if (change.what != "split" && change.what != "merged") continue;  // what was split off may have gone elsewhere
      const auto id = number_in(change.detail_json, R"({"from":)").value_or(0);
      const TicketId near = id != 0 ? id : number_in(change.detail_json, R"({"into":)").value_or(0);
      if (near == other) return true;
      if (seen.insert(near).second) to_ask.push_back(near);
    }
  }
  return false;
}

}  // namespace poller
