#include "oauth/remedy.h"

#include <fmt/format.h>

#include <array>

namespace poller::oauth {
namespace {

struct ErrorRow {
  const char* error;
  Remedy remedy;
  Who who;
  const char* advice;
};

// RFC 6749 section 5.2, RFC 8628 section 3.5, OpenID Connect Core section 3.1.2.6, and what Entra adds.
constexpr std::array kErrorRows{
    ErrorRow{"invalid_grant", Remedy::grant_dead, Who::user,
             "The grant is no longer valid: the user who signed in must sign in again with `{login}`."},
    ErrorRow{"interaction_required", Remedy::sign_in, Who::user,
             "The provider wants to ask the user something: sign in again with `{login}`."},
    ErrorRow{"login_required", Remedy::sign_in, Who::user, "The user must sign in again with `{login}`."},
    ErrorRow{"consent_required", Remedy::sign_in, Who::user,
             "The permissions are not consented to: sign in again with `{login}` and accept them, or have the "
             "administrator consent for everybody."},
    ErrorRow{
        "access_denied", Remedy::sign_in, Who::user,
        "The user or a policy of the provider declined the sign-in: sign in again with `{login}` and accept, or ask "
        "the administrator."},
    ErrorRow{"invalid_client", Remedy::configuration, Who::operator_,
             "The provider does not accept the app's credentials: the operator must check oauth.client_id, "
             "oauth.client_secret and oauth.certificate."},
    ErrorRow{"unauthorized_client", Remedy::configuration, Who::app_owner,
             "The app may not do this: the app's owner must allow the flow in the app registration, and the operator "
             "checks oauth.client_id and oauth.tenant."},
    ErrorRow{"invalid_request", Remedy::configuration, Who::operator_,
             "The provider found the request malformed: the operator must check the mailbox's oauth settings."},
    ErrorRow{
        "invalid_scope", Remedy::configuration, Who::operator_,
        "The provider does not know or grant these scopes: the operator must check oauth.scopes, and the app's owner "
        "the app's permissions."},
    ErrorRow{
        "invalid_resource", Remedy::configuration, Who::operator_,
        "The mail service named in oauth.scopes is not known to the provider: the operator must check oauth.scopes "
        "and the preset."},
    ErrorRow{
        "invalid_target", Remedy::configuration, Who::operator_,
        "The mail service named in oauth.scopes is not known to the provider: the operator must check oauth.scopes."},
    ErrorRow{"unsupported_grant_type", Remedy::configuration, Who::app_owner,
             "The provider does not allow this flow for the app: its owner must allow refresh tokens (and the device "
             "flow, where it is used)."},
    ErrorRow{"unsupported_response_type", Remedy::configuration, Who::app_owner,
             "The provider does not allow the authorization code flow for the app: its owner must allow it."},
    ErrorRow{"temporarily_unavailable", Remedy::retry, Who::nobody,
             "The provider is busy: nothing needs to be done, poller tries again by itself."},
    ErrorRow{"server_error", Remedy::retry, Who::nobody,
             "The provider has a passing problem: nothing needs to be done, poller tries again by itself."},
    ErrorRow{"authorization_pending", Remedy::pending, Who::user, "The user has not finished signing in yet."},
    ErrorRow{"slow_down", Remedy::slow_down, Who::user, "The user has not finished signing in yet."},
    ErrorRow{"authorization_declined", Remedy::code_over, Who::user,
             "The user declined the sign-in: start again with `{login}` and accept."},
    ErrorRow{"expired_token", Remedy::code_over, Who::user,
             "The code was not typed in in time: start again with `{login}`."},
    ErrorRow{"code_expired", Remedy::code_over, Who::user,
             "The code was not typed in in time: start again with `{login}`."},
    ErrorRow{"bad_verification_code", Remedy::code_over, Who::user,
             "The provider does not know the code any more: start again with `{login}`."},
};

Diagnosis throttled_diagnosis() {
  return {Remedy::throttled, Who::nobody,
          "The provider is throttling this app: nothing needs to be done, poller keeps its token and waits."};
}

Diagnosis busy_diagnosis() {
  return {Remedy::retry, Who::nobody,
          "The provider has a passing problem: nothing needs to be done, poller tries again by itself."};
}

Diagnosis no_oauth_diagnosis(const Refusal& refusal) {
  if (refusal.status == 429) return throttled_diagnosis();
  if (refusal.status >= 500) return busy_diagnosis();
  if (refusal.form == Refusal::Form::redirect) {
    return {Remedy::configuration, Who::operator_,
            "A token endpoint never redirects, and poller never follows: the operator must check oauth.authority or "
            "oauth.discovery, and whether a proxy or a captive portal answers instead of the provider."};
  }
  if (refusal.status == 200) {  // a page of a portal, or an answer cut short
    return {
        Remedy::retry, Who::operator_,
        "Something answered that is not the provider, or its answer was cut short: if it goes on, the operator must "
        "check the proxy, and oauth.authority or oauth.discovery."};
  }
  return {Remedy::configuration, Who::operator_,
          "Something answered that is no token endpoint: the operator must check oauth.authority and oauth.tenant, or "
          "oauth.discovery, and whether a proxy answers instead of the provider."};
}

const char* advice_of_suberror(const Refusal& refusal) {
  if (refusal.suberror == "consent_required") {
    return "The permissions are not consented to: sign in again with `{login}` and accept them, or have the tenant's "
           "administrator grant admin consent.";
  }
  if (refusal.suberror == "user_password_expired") {
    return "The password has expired: the user must set a new one and then sign in again with `{login}`.";
  }
  return nullptr;
}

constexpr const char* kGoogleDead =
    "Google ended the grant: the user must sign in again with `{login}`; if it happens every 7 days, the app's owner "
    "must take the consent screen out of \"Testing\".";

}  // namespace

ErrorKind error_kind_of(Remedy remedy) noexcept {
  switch (remedy) {
    case Remedy::retry:
    case Remedy::throttled:
    case Remedy::pending:
    case Remedy::slow_down:
      return ErrorKind::temporary;
    case Remedy::sign_in:
    case Remedy::grant_dead:
    case Remedy::code_over:
      return ErrorKind::sign_in;
    case Remedy::configuration:
      return ErrorKind::configuration;
  }
  return ErrorKind::ours;
}

Diagnosis diagnose(const Refusal& refusal, config::Preset preset) {
  if (refusal.form != Refusal::Form::oauth) return no_oauth_diagnosis(refusal);
  for (const int code : refusal.codes) {
    if (const Diagnosis* known = find_aadsts(code)) return *known;
  }
  if (refusal.status == 429) return throttled_diagnosis();
  if (refusal.status >= 500) return busy_diagnosis();
  for (const ErrorRow& row : kErrorRows) {
    if (refusal.error != row.error) continue;
    Diagnosis found{row.remedy, row.who, row.advice};
    const char* const closer = advice_of_suberror(refusal);
    if (closer != nullptr) found = {Remedy::sign_in, Who::user, closer};
    if (found.remedy == Remedy::grant_dead && preset == config::Preset::gmail) found.advice = kGoogleDead;
    return found;
  }
  return {Remedy::configuration, Who::operator_,
          "The provider refused for a reason that poller does not know: the operator must look the error up in the "
          "provider's documentation.",
          false};
}

}  // namespace poller::oauth
