// The AADSTS numbers an administrator may meet, and the sentence for each.
#include <map>
#include <vector>

#include "oauth/remedy.h"

namespace poller::oauth {
namespace {

struct AadstsRow {
  std::vector<int> codes;
  Remedy remedy;
  Who who;
  const char* advice;
};

// Rows with the same mend stand together; the order is that of a sign-in: grant, consent, person, app, tenant, flow.
const std::vector<AadstsRow>& aadsts_rows() {
  using enum Remedy;
  static const std::vector<AadstsRow> rows{
      {{700082, 70008},
       grant_dead,
       Who::user,
       "The refresh token was not used for too long: the user who signed in must sign in again with `{login}`; a "
       "running "
       "poller keeps it alive by itself."},
      {{700084},
       grant_dead,
       Who::app_owner,
       "The app's owner must register the redirect http://localhost under \"Mobile and desktop applications\" instead "
       "of "
       "\"Single-page application\" (whose tokens die after 24 hours), and then the user signs in again with "
       "`{login}`."},
      {{50173, 50132, 50133},
       grant_dead,
       Who::user,
       "The grant was revoked, by a changed password or by an administrator: the user who signed in must sign in again "
       "with `{login}`."},
      {{70000, 50089},
       grant_dead,
       Who::user,
       "The stored grant is no longer valid: the user who signed in must sign in again with `{login}`."},
      {{70043},
       grant_dead,
       Who::user,
       "A sign-in frequency policy ended the grant: the user must sign in again with `{login}`, and the tenant's "
       "administrator should exempt this app or user from that Conditional Access policy, else it will happen again."},

      {{65001},
       sign_in,
       Who::user,
       "The permissions are not consented to: the user must sign in again with `{login}` and accept them, or the "
       "tenant's administrator grants admin consent for the app in Entra."},
      {{65004},
       sign_in,
       Who::administrator,
       "The user declined the permissions: sign in again with `{login}` and accept, or have the tenant's administrator "
       "grant admin consent for the app in Entra."},
      {{90094},
       sign_in,
       Who::administrator,
       "The tenant's administrator must grant admin consent for the app (Entra, Enterprise applications, Permissions), "
       "then sign in again with `{login}`."},
      {{650056, 650057},
       configuration,
       Who::app_owner,
       "The app's owner must add the delegated permissions that poller asks for (IMAP.AccessAsUser.All or "
       "POP.AccessAsUser.All, SMTP.Send, offline_access) to the app registration."},
      {{70011},
       configuration,
       Who::operator_,
       "The operator must correct oauth.scopes: a scope is misspelt or of another resource than the others; without "
       "the "
       "key the preset's scopes are asked."},
      {{500011},
       configuration,
       Who::operator_,
       "The mail service named in oauth.scopes does not exist in this tenant: the operator must check the preset "
       "(which "
       "national cloud?), oauth.scopes and oauth.tenant."},

      {{50076, 50079, 50072, 50074, 50078},
       sign_in,
       Who::user,
       "Multi-factor authentication is wanted: the user must sign in again with `{login}` and complete it."},
      {{53003, 53000, 53001, 53002, 530032, 53011},
       sign_in,
       Who::administrator,
       "A Conditional Access or security policy forbids this sign-in: the tenant's administrator must exempt this app "
       "or "
       "user (or allow the flow: device codes are often blocked), then sign in again with `{login}` if it does not "
       "recover by itself."},
      {{50105},
       sign_in,
       Who::administrator,
       "The tenant's administrator must assign the user to the app (Entra, Enterprise applications, Users and groups), "
       "or switch \"Assignment required\" off."},
      {{50034, 50020},
       sign_in,
       Who::operator_,
       "The user does not exist in this tenant: the operator must check oauth.user and oauth.tenant, and the user must "
       "sign in with the account of that tenant with `{login}`."},
      {{50053},
       sign_in,
       Who::administrator,
       "The account is locked, or the sign-in came from an address with a bad name: the tenant's administrator must "
       "look "
       "at the user's sign-in logs and unlock it."},
      {{50055},
       sign_in,
       Who::user,
       "The password has expired: the user must set a new one and then sign in again with `{login}`."},
      {{50057},
       sign_in,
       Who::administrator,
       "The account is disabled: the tenant's administrator must enable it (a shared mailbox's own account is disabled "
       "by design; sign in as a delegate with oauth.user)."},
      {{50126}, sign_in, Who::user, "User name or password is wrong: the user must sign in again with `{login}`."},

      {{7000215},
       configuration,
       Who::operator_,
       "The client secret is wrong: the operator must put the secret's Value, not its Secret ID, into "
       "oauth.client_secret (the app's owner can create a new one; the Value is shown only once)."},
      {{7000222},
       configuration,
       Who::app_owner,
       "The client secret has expired: the app's owner must create a new one (Entra, App registrations, Certificates & "
       "secrets) and the operator puts its Value into oauth.client_secret."},
      {{700027, 50012},
       configuration,
       Who::app_owner,
       "Entra does not accept the certificate: the app's owner must upload exactly this certificate to the app "
       "registration, and the operator checks that this machine's clock is right."},
      {{7000218},
       configuration,
       Who::app_owner,
       "The app is confidential and no secret was sent: the app's owner must register the redirect under \"Mobile and "
       "desktop applications\" and set \"Allow public client flows\" to Yes, or the operator sets "
       "oauth.client_secret; then the user signs in again with `{login}` (with a device code no secret is ever sent), "
       "for a stored grant stays one of the kind of client that obtained it."},
      {{700025},
       configuration,
       Who::operator_,
       "The app is public, and a secret was sent: the operator must remove oauth.client_secret (and "
       "oauth.certificate), or the app's owner registers the redirect under \"Web\"; then the user signs in again with "
       "`{login}`, for a stored grant stays one of the kind of client that obtained it."},
      {{700016},
       configuration,
       Who::operator_,
       "The app is not in this tenant: the operator must check oauth.client_id and oauth.tenant, and try them "
       "exchanged, "
       "for some manuals have them the wrong way round."},
      {{7000112},
       configuration,
       Who::administrator,
       "The app is disabled: the tenant's administrator must enable it (Entra, Enterprise applications, Properties)."},
      {{700011, 70001},
       configuration,
       Who::operator_,
       "The app is not known or not allowed in this tenant: the operator must check oauth.client_id and oauth.tenant, "
       "and the app's owner that the app is registered there."},
      {{90002, 900023},
       configuration,
       Who::operator_,
       "There is no such tenant in this cloud: the operator must check oauth.tenant, the preset (national cloud), and "
       "try oauth.tenant and oauth.client_id exchanged, for some manuals have them the wrong way round."},
      {{90038},
       configuration,
       Who::operator_,
       "The tenant lives in another national cloud: the operator must choose that cloud's preset (or "
       "oauth.authority)."},
      {{50194},
       configuration,
       Who::operator_,
       "The app belongs to one tenant only: the operator must set oauth.tenant to that tenant's ID instead of "
       "\"common\" or \"organizations\"."},

      {{50011},
       configuration,
       Who::app_owner,
       "The redirect is not registered: the app's owner must add exactly the address of oauth.redirect (default "
       "http://localhost, without a port) under \"Mobile and desktop applications\"."},
      {{54005, 501481, 50147, 501491},
       code_over,
       Who::user,
       "The sign-in's code was used before or does not fit: start again with `{login}`."},
      {{9002313, 900144},
       configuration,
       Who::operator_,
       "Entra found the request malformed: the operator must check oauth.tenant, oauth.client_id and oauth.scopes for "
       "stray characters, and report it as a fault of poller if they are right."},
      {{9002332},
       configuration,
       Who::app_owner,
       "The app does not allow personal Microsoft accounts: the operator must set oauth.tenant to the tenant's ID, or "
       "the app's owner allows such accounts."},
      {{70016}, pending, Who::user, "The user has not finished signing in yet."},
      {{70018}, code_over, Who::user, "The code typed in was wrong: start again with `{login}`."},
      {{70019, 70020}, code_over, Who::user, "The code was not typed in in time: start again with `{login}`."},

      {{50033, 50087, 90006, 90012, 90024, 90033, 90090, 90091, 40010, 70012},
       retry,
       Who::nobody,
       "Microsoft has a passing problem: nothing needs to be done, poller tries again by itself."},
      {{90055, 50196},
       throttled,
       Who::nobody,
       "Microsoft is throttling this app: nothing needs to be done, poller keeps its token and waits; see that no "
       "other "
       "program asks for tokens with the same app in a loop."},
  };
  return rows;
}

}  // namespace

const Diagnosis* find_aadsts(int code) {
  static const std::map<int, Diagnosis> table = [] {
    std::map<int, Diagnosis> t;
    for (const AadstsRow& row : aadsts_rows()) {
      for (const int c : row.codes) t.emplace(c, Diagnosis{row.remedy, row.who, row.advice});
    }
    return t;
  }();
  const auto found = table.find(code);
  return found == table.end() ? nullptr : &found->second;
}

}  // namespace poller::oauth
