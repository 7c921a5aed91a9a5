// Gmail's ways: consent is asked for, the desktop client's secret is sent, and the refresh token never changes.
#include <doctest/doctest.h>

#include <string>

#include "oauth/login.h"
#include "real_provider.h"
#include "scripted.h"
#include "scripted_browser.h"

namespace poller::oauth {
namespace {

constexpr const char* kGoogle = R"({"authorization_endpoint":"https://accounts.google.com/o/oauth2/v2/auth",)"
                                R"("token_endpoint":"https://oauth2.googleapis.com/token"})";

}  // namespace

TEST_CASE("a Gmail mailbox is signed in and refreshed as Google wants it") {
  TokenTest t;
  auto& mailbox = t.config.mailboxes[0];
  mailbox.preset = config::Preset::gmail;
  mailbox.oauth.discovery = "https://accounts.google.com/.well-known/openid-configuration";
  mailbox.oauth.scopes = {"https://mail.google.com/"};
  mailbox.oauth.client_secret = literal_secret("desktop-secret");
  int granted = 0;
  t.provider.handler = [&](const Asked& q) {
    if (q.form.empty()) return json_answer(200, kGoogle);
    const bool first = q.form.at("grant_type") == "authorization_code";
    return grant_answer("ya29." + std::to_string(++granted), first ? "1//the-refresh-token" : "", 3599,
                        "https://mail.google.com/");
  };
  LoginOptions options;
  options.world.http = [&](const config::OAuth&) { return t.provider.http(); };
  options.world.clock = &t.clock;
  Person person;
  std::string address;
  person.act = [&](const std::string& url) {
    address = url;
    come_back(url, "&scope=https%3A%2F%2Fmail.google.com%2F&authuser=0&prompt=consent");
  };
  const SignedIn in = login(t.config, "support", person, options);
  person.finish();
  CHECK(in.notices.empty());
  CHECK(address.rfind("https://accounts.google.com/o/oauth2/v2/auth?client_id=client-1&", 0) == 0);
  CHECK(parameter(address, "access_type") == "offline");
  CHECK(parameter(address, "prompt") == "consent");
  CHECK(parameter(address, "code_challenge_method") == "S256");
  CHECK(parameter(address, "login_hint") == "Helpdesk@contoso.com");
  const Asked& exchange = t.provider.asked.back();
  CHECK(exchange.url == "https://oauth2.googleapis.com/token");
  CHECK(exchange.form.at("code") == "4/0abc");
  CHECK(exchange.form.at("client_secret") == "desktop-secret");
  CHECK(exchange.form.at("redirect_uri") == parameter(address, "redirect_uri"));
  for (int i = 0; i < 3; ++i) CHECK_FALSE(t.source().access_token(true).empty());
  CHECK(t.provider.asked.back().form.at("refresh_token") == "1//the-refresh-token");
  CHECK(t.provider.asked.back().form.at("client_secret") == "desktop-secret");
  CHECK(t.entry().refresh_token.reveal() == "1//the-refresh-token");
}

}  // namespace poller::oauth
