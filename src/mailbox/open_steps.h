// The first steps of every connection to a mail server, told to whoever observes: "connect" and "tls".
#pragma once

#include <string>

#include "lib/curl/transport.h"
#include "mailbox/mailbox.h"

namespace poller {

/// Opens `transport` and tells which steps stand, also where it throws: libcurl takes the server's greeting before it
/// hands over, and a server that stays mute behind TLS has failed in neither step. Their names begin with `prefix`.
/// Returns when TLS stood: the next step has begun then, its wait for the greeting included.
SteadyTime open_and_tell(Transport& transport, const OpenObserver& observer, const std::string& prefix = {});

}  // namespace poller
