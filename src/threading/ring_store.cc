#include "threading/ring_store.h"

#include "base/text.h"
#include "lib/openssl/random.h"

namespace poller {
namespace {

constexpr std::size_t kNewKeyBytes = 32;

}  // namespace

std::optional<KeyRing> load_key_ring(Store& store) {
  std::vector<Secret> secrets;
  for (auto& key : store.message_keys()) secrets.push_back(std::move(key.secret));
  if (secrets.empty()) return std::nullopt;
  return KeyRing(std::move(secrets));
}

KeyRing ensure_key_ring(Store& store, Transaction& tx, UnixTime now) {
  if (auto ring = load_key_ring(store)) return std::move(*ring);
  add_key(tx, now);
  return load_key_ring(store).value();
}

void add_key(Transaction& tx, UnixTime now) {
  std::string bytes = random_bytes(kNewKeyBytes);
  tx.add_message_key(Secret(text::hex(bytes)), now);
  Secret::wipe(bytes);
}

}  // namespace poller
