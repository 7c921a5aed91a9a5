#include "intake/sender_role.h"

#include "intake/sender_trust.h"
#include "parsers/address_key.h"

namespace poller {

SenderRole role_of(Store& store, const config::Config& config, const Ticket& ticket, const Mail& mail,
                   SenderTrust trust) {
  if (!mail.from || mail.from->address.find('@') == std::string::npos || has_several_senders(mail))
    return SenderRole::stranger;
  const std::string& address = mail.from->address;
  if (same_address(address, ticket.requester.address)) return SenderRole::requester;
  const config::Queue* queue = config::find_queue(config, ticket.queue);
  if (queue != nullptr && config::is_agent(*queue, address)) return SenderRole::agent;
  if (config::is_own_address(config, address))
    return trust == SenderTrust::pass ? SenderRole::agent : SenderRole::stranger;
  const bool takes_part =
      store.is_participant(ticket.id, address_key(address)) || store.is_participant(ticket.id, address);
  return takes_part ? SenderRole::participant : SenderRole::stranger;
}

}  // namespace poller
