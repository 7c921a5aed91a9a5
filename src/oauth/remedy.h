// What to do about a refusal: how the program goes on, and one sentence for the person who can mend it.
#pragma once

#include <string>

#include "base/error.h"
#include "config/config.h"
#include "oauth/token_answer.h"

namespace poller::oauth {

enum class Remedy {
  retry,          // passes by itself: ask again with back-off
  throttled,      // the grant is fine, but nothing may be asked for a while
  sign_in,        // a person must act; the refresh token may be good again afterwards
  grant_dead,     // a person must sign in anew; this refresh token is never good again
  configuration,  // the configuration or the app registration must change
  pending,        // device flow: the person has not finished
  slow_down,      // device flow: as pending, and poll more slowly (RFC 8628 section 3.5)
  code_over,      // a sign-in in progress has failed or run out: start again
};

/// Who must act.
enum class Who { nobody, user, app_owner, administrator, operator_ };

struct Diagnosis {
  Remedy remedy = Remedy::retry;
  Who who = Who::nobody;
  std::string advice;  // one sentence; "{login}" stands for the command that signs the mailbox in
  bool known = true;   // false: the refusal is none that poller knows, and may as well pass
};

/// Entra's own number decides where we know it, then `error`, then the HTTP status. AADSTS50196 comes as
/// `invalid_grant` and means no dead grant but a throttled client.
/// Source: learn.microsoft.com/entra/identity-platform/reference-error-codes.
Diagnosis diagnose(const Refusal& refusal, config::Preset preset);

/// The row of the AADSTS table, or null.
const Diagnosis* find_aadsts(int code);

/// The kind of Error that a remedy amounts to, once no further try is made.
ErrorKind error_kind_of(Remedy remedy) noexcept;

}  // namespace poller::oauth
