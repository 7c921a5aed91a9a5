#include "parsers/requester.h"

#include "parsers/addresses.h"

namespace poller {
namespace {

bool has_mailbox(const Address& address) { return address.address.find('@') != std::string::npos; }

}  // namespace

std::optional<Address> requester_of(const Mail& mail) {
  if (mail.from && has_mailbox(*mail.from)) return mail.from;
  std::vector<Address> candidates = mail.reply_to;
  if (mail.sender) candidates.push_back(*mail.sender);
  if (const Field* path = find_field(mail.fields, "Return-Path")) {
    for (auto& address : parse_addresses(path->value, 1)) candidates.push_back(std::move(address));
  }
  for (auto& candidate : candidates) {
    if (!has_mailbox(candidate)) continue;
    if (candidate.name.empty() && mail.from) candidate.name = mail.from->name;
    return std::move(candidate);
  }
  return mail.from;
}

}  // namespace poller
