// Device code flow (RFC 8628).
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "lib/curl/https.h"
#include "oauth/json_object.h"
#include "oauth/login_flow.h"

namespace poller::oauth {
namespace {

using std::chrono::seconds;

struct DeviceCode {
  Secret device_code;
  std::string user_code;
  std::string address;
  std::string complete_address;  // with the code in it; Entra has none
  seconds good_for{900};
  seconds interval{5};
};

std::optional<DeviceCode> read_device_code(const HttpAnswer& answer) {
  const auto object = answer.status == 200 ? JsonObject::parse(answer.body.reveal()) : std::nullopt;
  if (!object) return std::nullopt;
  DeviceCode code;
  code.device_code = object->secret("device_code");
  code.user_code = object->string("user_code");
  code.address = object->string("verification_uri");
  if (code.address.empty()) code.address = object->string("verification_url");  // Google's word for it
  code.complete_address = object->string("verification_uri_complete");
  code.good_for = seconds(std::clamp<std::int64_t>(object->number("expires_in").value_or(900), 10, 86400));
  code.interval = seconds(std::clamp<std::int64_t>(object->number("interval").value_or(5), 1, 300));
  if (code.device_code.empty() || code.user_code.empty() || code.address.empty()) return std::nullopt;
  return code;
}

DeviceCode ask_for_code(LoginFlow& flow) {
  const std::string& endpoint = flow.endpoints.device;
  if (endpoint.empty()) {
    throw Error(ErrorKind::configuration, "the provider has no device code flow",
                "Use `{login}` without --device: the address it ends on can be pasted when the browser is elsewhere.");
  }
  Form form;
  form.add("client_id", flow.account.id.client_id).add("scope", flow.scopes());
  flow.proof.add_to(form, device_kind(flow), flow.account.id.client_id, flow.endpoints.token, flow.now());
  const HttpAnswer answer = flow.http->post_form(endpoint, form.body());
  if (auto code = read_device_code(answer)) return std::move(*code);
  const TokenAnswer refused = read_token_answer(answer, form.secrets());
  if (const auto* refusal = std::get_if<Refusal>(&refused)) throw sign_in_error(flow, *refusal, endpoint);
  throw Error(ErrorKind::configuration, fmt::format("{} gave no device code", host_of(endpoint)),
              "Check oauth.authority or oauth.discovery.");
}

void tell_the_code(const LoginFlow& flow, const DeviceCode& code) {
  LoginUi& ui = flow.ui;
  ui.say(with_commands(
      "Many tenants block device codes (Conditional Access, \"Block device code flow\"), some of them later and with "
      "effect on tokens already given: where it is refused, use `{login}` without --device.",
      flow.account.mailboxes.front()));
  ui.say(fmt::format("On any machine, open this address, sign in as {} and type in the code below it:",
                     flow.account.settings.user));
  ui.show(code.address);
  ui.show(code.user_code);
  if (!code.complete_address.empty()) ui.say(fmt::format("(or open {})", code.complete_address));
}

// One poll. The grant; or nothing, with `interval` set to the wait before the next.
std::optional<Grant> poll_once(LoginFlow& flow, const DeviceCode& code, seconds& interval) {
  const std::string& endpoint = flow.endpoints.token;
  Form form;
  form.add("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
      .add("client_id", flow.account.id.client_id)
      .add("device_code", code.device_code);
  flow.proof.add_to(form, device_kind(flow), flow.account.id.client_id, endpoint, flow.now());
  constexpr seconds kSlower{5};
  try {
    TokenAnswer answer = read_token_answer(flow.http->post_form(endpoint, form.body()), form.secrets());
    if (auto* grant = std::get_if<Grant>(&answer)) return std::move(*grant);
    const auto& refusal = std::get<Refusal>(answer);
    switch (diagnose(refusal, flow.account.preset).remedy) {
      case Remedy::pending:
        return std::nullopt;
      case Remedy::slow_down:
        interval += kSlower;
        return std::nullopt;
      case Remedy::retry:
      case Remedy::throttled:
        interval = std::max(interval + kSlower, refusal.retry_after.value_or(seconds(0)));
        return std::nullopt;
      default:
        throw sign_in_error(flow, refusal, endpoint);
    }
  } catch (const LastingFailure&) {
    throw;
  } catch (const Error& error) {
    const bool passes = error.kind() == ErrorKind::unreachable || error.kind() == ErrorKind::temporary;
    if (!passes) throw;
    log::info("the token endpoint is asked again", {{"host", host_of(endpoint)}, {"why", error.what()}});
    interval = std::max(2 * interval, kSlower);  // RFC 8628 section 3.5: after a time-out, more slowly
    return std::nullopt;
  }
}

}  // namespace

// Entra gives device codes to public clients alone, and then wants no secret with the token either, however its
// addresses were found. Elsewhere a client that has a secret must send it (RFC 8628 section 3.1).
ClientKind device_kind(const LoginFlow& flow) {
  const bool entra = flow.account.settings.discovery.empty() || is_entra(flow.endpoints.token);
  return entra ? ClientKind::public_client : flow.proof.configured();
}

SignedIn login_with_device(LoginFlow& flow) {
  const DeviceCode code = ask_for_code(flow);
  tell_the_code(flow, code);
  const auto& world = flow.options.world;
  const auto end = world.clock->steady() + std::min<std::chrono::milliseconds>(code.good_for, flow.options.timeout);
  seconds interval = code.interval;
  while (world.clock->steady() + interval < end) {
    world.sleep(interval);
    if (const auto grant = poll_once(flow, code, interval)) {
      return keep_grant(*flow.vault, flow.account, *grant, device_kind(flow), "device", flow.now());
    }
  }
  throw Error(ErrorKind::sign_in, fmt::format("nobody typed the code {} in in time", code.user_code),
              "Run `{login} --device` again, or `{login}` with a browser.");
}

}  // namespace poller::oauth
