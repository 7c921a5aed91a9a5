#include "oauth/login.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "oauth/account_tokens.h"
#include "oauth/login_flow.h"
#include "oauth/open_vault.h"

namespace poller::oauth {
namespace {

SignedIn login_to(const config::Config& config, Account account, LoginUi& ui, LoginOptions options) {
  options.world = completed(std::move(options.world), config);
  auto vault = open_vault(config);
  ClientProof proof(account.settings);
  if (const auto fault = certificate_fault(account.settings, options.world.clock->unix_now())) throw Error(*fault);
  if (options.world.secrets_read) options.world.secrets_read();
  static_cast<void>(vault->read(account.id));  // an entry that does not open is never replaced in silence
  auto http = options.world.http(account.settings);
  Endpoints endpoints = find_endpoints(account.settings, *http);
  const bool device = options.device;
  LoginFlow flow{std::move(account), ui, std::move(options), std::move(vault), std::move(http), std::move(endpoints),
                 std::move(proof)};
  flow.proof.require(device ? device_kind(flow) : flow.proof.configured());
  if (flow.account.mailboxes.size() > 1) {
    ui.say(fmt::format("{} signs in for the mailboxes {}.", flow.account.id.user,
                       fmt::join(flow.account.mailboxes, ", ")));
  }
  return device ? login_with_device(flow) : login_with_code(flow);
}

// A device code is asked for without a secret: one that is set in the configuration does not help.
constexpr int kSecretWanted = 7000218;
constexpr const char* kNoPublicFlows =
    "The app is confidential, and with a device code no secret is sent, whatever the configuration has: the app's "
    "owner must set \"Allow public client flows\" to Yes (Entra, App registrations, Authentication), or sign in with "
    "`{login}` without --device.";

bool wants_a_secret(const Refusal& refusal) {
  return std::find(refusal.codes.begin(), refusal.codes.end(), kSecretWanted) != refusal.codes.end();
}

// Whoever has no browser here signs in again as they just tried to.
std::string by_device(std::string advice) {
  constexpr std::string_view kLogin = "{login}";
  for (std::size_t at = advice.find(kLogin); at != std::string::npos; at = advice.find(kLogin, at + 1)) {
    advice.insert(at + kLogin.size(), " --device");
  }
  return advice;
}

}  // namespace

std::string LoginFlow::scopes() const { return fmt::format("{}", fmt::join(account.scopes, " ")); }

Error sign_in_error(const LoginFlow& flow, const Refusal& refusal, const std::string& endpoint) {
  const Diagnosis diagnosis = diagnose(refusal, flow.account.preset);
  const Error error = refusal_error(refusal, diagnosis, flow.account.id.user, endpoint);
  std::string advice = error.advice();
  const bool passes = diagnosis.remedy == Remedy::retry || diagnosis.remedy == Remedy::throttled;
  // What a daemon does by itself, a command that ends here does not.
  if (passes && diagnosis.who == Who::nobody) advice = "It should pass: run `{login}` again in a few minutes.";
  const bool policy = diagnosis.who == Who::administrator && diagnosis.remedy == Remedy::sign_in;
  if (flow.options.device && wants_a_secret(refusal)) {
    advice = kNoPublicFlows;
  } else if (flow.options.device && policy) {
    advice +=
        " Device codes are what tenants block first: `{login}` without --device uses a browser instead, also one on "
        "another machine.";
  } else if (flow.options.device) {
    advice = by_device(std::move(advice));
  }
  Error out(error.kind(), error.what(), std::move(advice));
  if (error.retry_after()) out.set_retry_after(*error.retry_after());
  return out;
}

SignedIn login(const config::Config& config, const std::string& mailbox, LoginUi& ui, LoginOptions options) {
  try {
    SignedIn out = login_to(config, account_of(config, mailbox), ui, std::move(options));
    for (std::string& notice : out.notices) notice = with_commands(notice, mailbox);
    return out;
  } catch (const Error& error) {
    throw for_mailbox(error, mailbox);
  }
}

}  // namespace poller::oauth
