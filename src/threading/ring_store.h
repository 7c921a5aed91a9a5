// Where the keys of our Message-IDs are kept: in the store, beside the tickets that they name.
#pragma once

#include <optional>

#include "storage/store.h"
#include "threading/key_ring.h"

namespace poller {

/// The ring as it stands; nothing before the first mail of ours.
std::optional<KeyRing> load_key_ring(Store& store);

/// The same, with a first key made where there is none yet.
KeyRing ensure_key_ring(Store& store, Transaction& tx, UnixTime now);

/// A further key, which signs from now on; those there are keep verifying.
void add_key(Transaction& tx, UnixTime now);

}  // namespace poller
