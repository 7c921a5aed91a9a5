// How each mailbox stands with its provider, from what is stored: nothing is asked of anybody.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "config/config.h"

namespace poller::oauth {

struct TokenStatus {
  enum class State {
    ok,
    never,           // nobody has signed in yet
    sign_in_needed,  // the provider refused; a person must act
    throttled,       // the provider wants us to wait
    unreadable,      // the vault or its entry cannot be read
  };
  std::string mailbox;
  std::string user;  // who signs in
  State state = State::ok;
  UnixTime since = 0;                      // sign_in_needed: since when; throttled: until when
  std::string detail;                      // what was said, empty for ok
  std::string advice;                      // what to do, empty for ok
  std::optional<UnixTime> expires;         // of the refresh token, if it is not used before; past for a dead grant
  std::optional<int> days_left;            // whole days until then; 0 when it is over or the grant is dead
  bool rested_long = true;                 // false: too short a part of its life is over for a warning
  std::optional<UnixTime> secret_expires;  // `client_secret_expires`, or the certificate's end
  std::optional<int> secret_days_left;     // whole days until then; negative: past

  /// A person must sign in before anything is asked of the provider again.
  [[nodiscard]] bool waits_for_sign_in() const { return state == State::never || state == State::sign_in_needed; }
};

/// "ok", "sign-in needed", "throttled", "error": the words of `poller status`.
const char* state_word(TokenStatus::State state) noexcept;

/// One for each mailbox that signs in with OAuth, in the order of the configuration.
std::vector<TokenStatus> token_status(const config::Config& config, UnixTime now);

/// Something that ends soon, to be said by log, metric and alert.
struct ExpiryWarning {
  std::string mailbox;
  const char* what = "";  // "token", "client-secret"
  int days_left = 0;
  int stage = 0;  // 14, 7, 3, 1, or -1 when it is over: warn once for each
  std::string text;
  std::string advice;
};

/// Those that are due. A caller that runs on keeps (mailbox, what, stage) and says each once.
std::vector<ExpiryWarning> expiry_warnings(const std::vector<TokenStatus>& statuses);

}  // namespace poller::oauth
