// What a refused or failed device code sign-in advises, against a scripted provider.
#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "lib/curl/https.h"
#include "oauth/login.h"
#include "oauth/login_ui.h"
#include "scripted.h"

namespace poller::oauth {
namespace {

class Nobody final : public LoginUi {
 public:
  void say(const std::string& /*sentence*/) override {}
  void show(const std::string& /*value*/) override {}
  bool open_browser(const std::string& /*url*/) override { return false; }
  int paste_descriptor() override { return -1; }
};

Error device_failure(TokenTest& t) {
  Nobody ui;
  LoginOptions options;
  options.device = true;
  options.world.http = [&t](const config::OAuth&) { return t.provider.http(); };
  options.world.clock = &t.clock;
  options.world.sleep = [&t](std::chrono::milliseconds wait) { t.clock.advance(wait); };
  try {
    login(t.config, "support", ui, options);
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::ours, "nothing was thrown"};
}

HttpAnswer a_device_code() {
  return json_answer(200, R"({"device_code":"d","user_code":"ABCD","verification_uri":"https://login.example.test/d",)"
                          R"("expires_in":900,"interval":5})");
}

// A code is given, and then the token endpoint answers so.
ScriptedProvider::Handler then_answers(const HttpAnswer& answer) {
  return [answer](const Asked& q) { return q.form.count("device_code") == 0 ? a_device_code() : answer; };
}

bool tells(const Error& error, const std::string& piece) { return error.advice().find(piece) != std::string::npos; }

}  // namespace

TEST_CASE("who signs in by a device code is told to do that again, unless a policy forbids it") {
  TokenTest t;
  for (const int code : {70018, 70019, 70020}) {
    t.provider.handler = then_answers(entra_refusal("expired_token", code));
    CHECK(tells(device_failure(t), "`poller login support --device`"));
  }
  for (const char* error : {"authorization_declined", "expired_token", "bad_verification_code"}) {
    t.provider.handler = then_answers(json_answer(400, std::string(R"({"error":")") + error + "\"}"));
    CHECK(tells(device_failure(t), "`poller login support --device`"));
  }
  t.provider.handler = then_answers(entra_refusal("access_denied", 53003));
  const Error policy = device_failure(t);
  CHECK(tells(policy, "`poller login support` without --device"));
  CHECK_FALSE(tells(policy, "support --device"));
}

TEST_CASE("an app that wants a secret: the advice is no secret, for with a device code none is sent") {
  TokenTest t;
  t.config.mailboxes[0].oauth.client_secret = literal_secret("the-client-secret");
  t.provider.handler = [](const Asked&) { return entra_refusal("invalid_client", 7000218, 401); };
  const Error asking = device_failure(t);
  t.provider.handler = then_answers(entra_refusal("invalid_client", 7000218, 401));
  for (const Error& error : {asking, device_failure(t)}) {
    CHECK(error.kind() == ErrorKind::configuration);
    CHECK(tells(error, "\"Allow public client flows\" to Yes"));
    CHECK(tells(error, "`poller login support` without --device"));
    CHECK_FALSE(tells(error, "oauth.client_secret"));
    CHECK_FALSE(tells(error, "support --device"));
  }
  for (const Asked& q : t.provider.asked) CHECK(q.form.count("client_secret") == 0);
}

TEST_CASE("the device flow of a provider that was found by discovery: Entra is never sent a secret, others are") {
  for (const char* host : {"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn",
                           "LOGIN.microsoftonline.com:443", "login.microsoftonline.com.example.test"}) {
    CAPTURE(host);
    const bool entra = std::string(host).find("example") == std::string::npos;
    TokenTest t;
    t.config.mailboxes[0].preset = config::Preset::none;
    t.config.mailboxes[0].oauth.discovery = "https://issuer.example.test/.well-known/openid-configuration";
    t.config.mailboxes[0].oauth.client_secret = literal_secret("the-client-secret");
    const std::string base = std::string("https://") + host;
    t.provider.handler = [&](const Asked& q) {
      if (q.form.empty()) {
        return json_answer(200, "{\"token_endpoint\":\"" + base + "/token\",\"device_authorization_endpoint\":\"" +
                                    base + "/device\"}");
      }
      const bool code = q.form.count("grant_type") == 0;
      return code ? a_device_code() : grant_answer("access-1", "refresh-1");
    };
    CHECK(device_failure(t).kind() == ErrorKind::ours);  // there was none
    CHECK_FALSE(t.source().access_token(true).empty());
    REQUIRE(t.provider.count() == 5);
    for (const Asked& q : t.provider.asked) {
      if (!q.form.empty()) CHECK((q.form.count("client_secret") == 0) == entra);
    }
    CHECK(t.entry().client_kind == (entra ? ClientKind::public_client : ClientKind::secret));
  }
}

TEST_CASE("a provider that is busy when a code is asked for: the command ends, and says that it must be run again") {
  TokenTest t;
  t.provider.handler = [](const Asked&) { return json_answer(503, "<html>busy</html>"); };
  const Error error = device_failure(t);
  CHECK(error.kind() == ErrorKind::temporary);
  CHECK(tells(error, "run `poller login support --device` again"));
  CHECK_FALSE(tells(error, "by itself"));
}

TEST_CASE("a certificate that is refused while the person signs in ends the sign-in") {
  TokenTest t;
  t.provider.handler = [](const Asked& q) -> HttpAnswer {
    if (q.form.count("device_code") == 0) return a_device_code();
    throw LastingFailure(Error(ErrorKind::unreachable, "the certificate was refused"));
  };
  CHECK(device_failure(t).kind() == ErrorKind::unreachable);
  CHECK(t.provider.count() == 2);
}

}  // namespace poller::oauth
