// Authorization code with PKCE and a loopback redirect (RFC 6749 section 4.1, RFC 7636, RFC 8252).
#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "oauth/login_flow.h"
#include "oauth/loopback.h"
#include "oauth/pkce.h"
#include "oauth/scopes.h"

namespace poller::oauth {
namespace {

std::string authorize_url(const LoginFlow& flow, const std::string& redirect_uri, const std::string& state,
                          const Pkce& pkce) {
  std::string url = flow.endpoints.authorize;
  char separator = url.find('?') == std::string::npos ? '?' : '&';
  const auto add = [&](std::string_view name, std::string_view value) {
    url += fmt::format("{}{}={}", separator, name, url_encode(value));
    separator = '&';
  };
  add("client_id", flow.account.id.client_id);
  add("response_type", "code");
  add("redirect_uri", redirect_uri);
  add("scope", flow.scopes());
  add("state", state);
  add("code_challenge", pkce.challenge);
  add("code_challenge_method", "S256");  // without it, Entra takes "plain" for granted
  add("login_hint", flow.account.settings.user);
  if (flow.account.preset == config::Preset::gmail) add("access_type", "offline");
  // OpenID providers give offline_access only where consent is asked (OpenID Connect Core section 11). Entra does not
  // need it, and its users often may not consent.
  const bool openid = !flow.account.settings.discovery.empty() || flow.account.preset == config::Preset::gmail;
  if (openid) add("prompt", "consent");
  return url;
}

void tell_where_to_go(const LoginFlow& flow, const std::string& url, std::uint16_t port) {
  LoginUi& ui = flow.ui;
  const bool opened = ui.open_browser(url);
  ui.say(opened ? fmt::format("A browser was opened; sign in there as {}. If it did not come up, open this address:",
                              flow.account.settings.user)
                : fmt::format("Open this address in a browser and sign in as {}:", flow.account.settings.user));
  ui.show(url);
  if (opened) return;
  ui.say(fmt::format(
      "Is the browser on another machine? Either run `ssh -L {0}:localhost:{0} THIS-HOST` there before you open it, or "
      "sign in, copy the address of the page that then cannot be shown (http://localhost:{0}/?code=...), and paste it "
      "here.",
      port));
}

Refusal refusal_of(const RedirectAnswer& answer) {
  HttpAnswer as_http;
  as_http.status = 400;
  // Read the same way as a token endpoint's refusal: AADSTS numbers stand in the description
  as_http.body = Secret(fmt::format(R"({{"error":{},"error_description":{}}})", text::json_string(answer.error),
                                    text::json_string(answer.error_description)));
  return std::get<Refusal>(read_token_answer(as_http));
}

Grant exchange_code(LoginFlow& flow, const Secret& code, const std::string& redirect_uri, const Pkce& pkce) {
  const std::string& endpoint = flow.endpoints.token;
  const auto make_form = [&] {
    Form form;
    form.add("grant_type", "authorization_code")
        .add("client_id", flow.account.id.client_id)
        .add("code", code)
        .add("redirect_uri", redirect_uri)
        .add("code_verifier", pkce.verifier);
    flow.proof.add_to(form, flow.proof.configured(), flow.account.id.client_id, endpoint, flow.now());
    return form;
  };
  TokenAnswer answer = request_token(*flow.http, endpoint, make_form, flow.account.preset, flow.policy());
  if (const auto* refusal = std::get_if<Refusal>(&answer)) throw sign_in_error(flow, *refusal, endpoint);
  return std::get<Grant>(std::move(answer));
}

Arrival wait_for_person(LoginFlow& flow, LoopbackListener& listener, const std::string& state) {
  LoopbackListener::Waiting waiting;
  waiting.state = state;
  waiting.timeout = flow.options.timeout;
  waiting.paste = flow.ui.paste_descriptor();
  waiting.refuse = [&](const char* why) { flow.ui.say(why); };
  auto arrival = listener.wait(waiting);
  if (arrival) return std::move(*arrival);
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(flow.options.timeout).count();
  throw Error(ErrorKind::sign_in,
              fmt::format("nobody signed in as {} within {} minutes", flow.account.id.user, minutes),
              "Run `{login}` again; on a machine without a browser paste the address it ends on, or use --device.");
}

// What happened, and no more: another person may have signed in, or less have been granted than was asked.
std::string page_text(const SignedIn& done) {
  const std::string who =
      done.user.empty() ? "Signed in; as whom, the provider does not say." : fmt::format("Signed in as {}.", done.user);
  const std::string access = access_of(done.granted);
  std::string out = who + (access.empty() ? "" : fmt::format(" Granted to poller: {}.", access));
  out += fmt::format(" Mailboxes: {}.", fmt::join(done.account.mailboxes, ", "));
  for (const std::string& warning : done.in_short) out += "\nWarning: " + warning;
  if (!done.in_short.empty()) out += "\nThe terminal says what to do about it.";
  return out + "\nYou can close this window.";
}

}  // namespace

SignedIn login_with_code(LoginFlow& flow) {
  if (flow.endpoints.authorize.empty()) {
    throw Error(ErrorKind::configuration, "the provider names no authorization_endpoint",
                "Use `{login} --device`, or another provider.");
  }
  const LoopbackRedirect redirect = LoopbackRedirect::parse(flow.account.settings.redirect);
  LoopbackListener listener(redirect, flow.options.port);
  const std::string redirect_uri = redirect.with_port(listener.port());
  const std::string state = random_state();
  const Pkce pkce = make_pkce();
  tell_where_to_go(flow, authorize_url(flow, redirect_uri, state, pkce), listener.port());
  Arrival arrival = wait_for_person(flow, listener, state);
  try {
    if (!arrival.answer.error.empty()) throw sign_in_error(flow, refusal_of(arrival.answer), flow.endpoints.authorize);
    const Grant grant = exchange_code(flow, arrival.answer.code, redirect_uri, pkce);
    SignedIn done = keep_grant(*flow.vault, flow.account, grant, flow.proof.configured(), "code", flow.now());
    arrival.browser.show(true, "Signed in", page_text(done));
    return done;
  } catch (const Error& error) {
    const Error shown = for_mailbox(error, flow.account.mailboxes.front());
    arrival.browser.show(false, "Not signed in", fmt::format("{}. {}", shown.what(), shown.advice()));
    throw;
  }
}

}  // namespace poller::oauth
