#include "mailbox/open_steps.h"

#include "mailbox/server_words.h"

namespace poller {
namespace {

void tell_what_stands(const Transport& transport, const OpenObserver& observer, const std::string& prefix) {
  const auto connected = transport.connected_after();
  if (!observer || connected.count() <= 0) return;
  observer({prefix + "connect", connected, transport.peer().name(), 0});
  if (!transport.tls_stands()) return;
  observer({prefix + "tls", transport.tls_after() - connected, tls_detail(transport.tls()),
            transport.tls().certificate.not_after});
}

}  // namespace

SteadyTime open_and_tell(Transport& transport, const OpenObserver& observer, const std::string& prefix) {
  const SteadyTime begun = std::chrono::steady_clock::now();
  try {
    transport.open();
  } catch (...) {
    tell_what_stands(transport, observer, prefix);
    throw;
  }
  tell_what_stands(transport, observer, prefix);
  return begun + transport.tls_after();
}

}  // namespace poller
