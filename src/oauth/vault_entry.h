// What is kept of a grant: one entry an account.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "oauth/account.h"

namespace poller::oauth {

/// A refusal that is remembered, so that a grant that needs a person is not presented every minute.
struct RememberedRefusal {
  UnixTime since = 0;  // of the first of a row of refusals
  UnixTime last = 0;   // of the last one
  bool dead = false;   // the refresh token will never be good again
  std::string what;    // Error::what() of the last one
  std::string advice;
  /// Where the app was refused and not the user's grant: ClientProof::mark() of what was sent. Another proof is worth
  /// another try at once.
  std::string proof = {};
};

struct VaultEntry {
  AccountId account;
  Secret refresh_token;
  ClientKind client_kind = ClientKind::public_client;  // of the sign-in that obtained it
  std::string flow;                                    // "code", "device", "imported"
  std::vector<std::string> asked;                      // scopes at that sign-in
  std::vector<std::string> granted;                    // by the last answer
  UnixTime obtained_at = 0;                            // of the sign-in
  UnixTime last_used = 0;                              // of the last successful answer of the provider
  std::optional<UnixTime> refresh_token_expires;       // where the provider tells
  std::optional<UnixTime> lifetime;                    // seconds from a use to the end, as told at the sign-in
  UnixTime throttled_until = 0;
  std::optional<RememberedRefusal> refusal;
  std::int64_t revision = 0;  // one more with each writing
};

/// The part that is encrypted, as JSON.
Secret to_json(const VaultEntry& entry);
/// Nothing when it is not what to_json() writes. `account` is not part of it.
std::optional<VaultEntry> vault_entry_from_json(std::string_view json);

}  // namespace poller::oauth
