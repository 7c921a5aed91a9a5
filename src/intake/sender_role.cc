#include "intake/sender_role.h"

#include "intake/sender_trust.h"
#include "parsers/address_key.h"

namespace poller {

namespace {

bool takes_part(Store& store, const Ticket& ticket, const std::string& address) {
  return store.is_participant(ticket.id, address_key(address)) || store.is_participant(ticket.id, address);
}

bool is_agent_of(const config::Config& config, const Ticket& ticket, const std::string& address) {
  const config::Queue* queue = config::find_queue(config, ticket.queue);
  return queue != nullptr && config::is_agent(*queue, address);
}

}  // namespace

SenderRole role_of(Store& store, const config::Config& config, const Ticket& ticket, const Mail& mail,
                   SenderTrust trust) {
  if (!mail.from || mail.from->address.find('@') == std::string::npos || has_several_senders(mail))
    return SenderRole::stranger;
  const std::string& address = mail.from->address;
  if (same_address(address, ticket.requester.address)) return SenderRole::requester;
  if (is_agent_of(config, ticket, address)) return SenderRole::agent;
  if (config::is_own_address(config, address))
    return trust == SenderTrust::pass ? SenderRole::agent : SenderRole::stranger;
  return takes_part(store, ticket, address) ? SenderRole::participant : SenderRole::stranger;
}

bool is_known(Store& store, const config::Config& config, const Ticket& ticket, const std::string& address) {
  return same_address(address, ticket.requester.address) || is_agent_of(config, ticket, address) ||
         takes_part(store, ticket, address);
}

}  // namespace poller
