// Everything against an OAuth server that is not ours, with rotation and reuse detection on.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>

#include "base/error.h"
#include "oauth/login.h"
#include "oauth/open_vault.h"
#include "oauth/token_source.h"
#include "real_provider.h"
#include "tests/support/test_ca.h"

namespace poller::oauth {
namespace {

constexpr const char* kUser = "helpdesk@contoso.com";

// One server for all cases: starting node is what costs.
support::OAuthServer& the_server() {
  static support::OAuthServer server;
  return server;
}

}  // namespace

TEST_CASE("an imported token is refreshed again and again, each time rotated") {
  auto& server = the_server();
  TempFolder folder;
  const auto config = config_for(server, folder.path());
  const SignedIn in = import_refresh_token(config, "support", Secret(server.mint(kUser).refresh_token));
  CHECK(in.tried);
  CHECK(in.notices.empty());
  TokenSources sources(config);
  TokenSource& source = sources.for_mailbox("support");
  const Secret first = source.access_token();
  CHECK(source.access_token().reveal() == first.reveal());
  const Secret second = source.access_token(true);
  CHECK(second.reveal() != first.reveal());
  CHECK(source.access_token(true).reveal() != second.reveal());
}

TEST_CASE("a token that was used before ends the grant there, and the advice is to sign in") {
  auto& server = the_server();
  TempFolder folder;
  const auto config = config_for(server, folder.path());
  const std::string token = server.mint(kUser).refresh_token;
  import_refresh_token(config, "support", Secret(token));
  CHECK_THROWS_AS(import_refresh_token(config, "support", Secret(token)), Error);
  TokenSources sources(config);
  try {
    sources.for_mailbox("support").access_token();
    FAIL("the grant is gone");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::sign_in);
    CHECK(error.advice().find("poller login support") != std::string::npos);
  }
}

TEST_CASE("code and PKCE: the browser ends on a page that says so, and the mailbox is signed in") {
  auto& server = the_server();
  for (const bool discovery : {false, true}) {
    CAPTURE(discovery);
    TempFolder folder;
    auto config = config_for(server, folder.path());
    if (discovery) config.mailboxes[0].oauth.discovery = server.discovery();
    support::BrowserPage page;
    Person person;
    person.act = [&](const std::string& address) { page = support::browse(address, kUser); };
    const SignedIn in = login(config, "support", person);
    person.finish();
    CHECK(page.status == 200);
    CHECK(page.text.find("Signed in") != std::string::npos);
    CHECK(page.text.find("support") != std::string::npos);
    CHECK(page.url.find("http://localhost:") == 0);
    CHECK(in.notices.empty());
    CHECK(in.granted.size() >= 2);
    CHECK(person.shown.size() == 1);
    TokenSources sources(config);
    CHECK_FALSE(sources.for_mailbox("support").access_token().empty());
    CHECK(sources.for_mailbox("support").facts().flow == "code");
  }
}

TEST_CASE("a secret goes with the code and with each refresh") {
  auto& server = the_server();
  TempFolder folder;
  auto config = config_for(server, folder.path(), "poller-web");
  config.mailboxes[0].oauth.client_secret = literal_secret("poller-web-secret");
  Person person;
  person.act = [&](const std::string& address) { support::browse(address, kUser); };
  login(config, "support", person);
  TokenSources sources(config);
  CHECK_FALSE(sources.for_mailbox("support").access_token(true).empty());
  CHECK(sources.for_mailbox("support").facts().client_kind == "secret");
  auto wrong = config;
  wrong.mailboxes[0].oauth.client_secret = literal_secret("not-the-secret");
  TokenSources others(wrong);
  try {
    others.for_mailbox("support").access_token();
    FAIL("a wrong secret was taken");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::configuration);
  }
}

TEST_CASE("private_key_jwt: the server verifies our assertion against the certificate's key") {
  TempFolder keys;
  const auto made = support::self_signed_rsa(keys.path(), "app");
  support::OAuthOptions options;
  options.clients_json = certificate_client("poller-cert", made.cert);
  support::OAuthServer server(options);
  TempFolder folder;
  auto config = config_for(server, folder.path(), "poller-cert");
  config.mailboxes[0].oauth.certificate = made.cert;
  config.mailboxes[0].oauth.certificate_key = made.key;
  Person person;
  person.act = [&](const std::string& address) { support::browse(address, kUser); };
  login(config, "support", person);
  TokenSources sources(config);
  CHECK_FALSE(sources.for_mailbox("support").access_token(true).empty());
  CHECK(sources.for_mailbox("support").facts().client_kind == "certificate");
  const auto other = support::self_signed_rsa(keys.path(), "other");
  config.mailboxes[0].oauth.certificate = other.cert;
  config.mailboxes[0].oauth.certificate_key = other.key;
  TokenSources wrong(config);
  CHECK_THROWS_AS(wrong.for_mailbox("support").access_token(), Error);
}

TEST_CASE("device code: pending until the person has signed in elsewhere") {
  auto& server = the_server();
  TempFolder folder;
  const auto config = config_for(server, folder.path());
  Person person;
  LoginOptions options;
  options.device = true;
  std::atomic<int> waits{0};
  std::atomic<bool> done{false};
  options.world.sleep = [&](std::chrono::milliseconds) {
    ++waits;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  };
  person.then = [&](const std::string& code) {
    support::browse(person.shown.at(0) + "?user_code=" + code, kUser);
    done = true;
  };
  const SignedIn in = login(config, "support", person, options);
  person.finish();
  CHECK(done);
  CHECK(waits > 0);
  CHECK(person.shown.size() == 2);
  TokenSources sources(config);
  CHECK_FALSE(sources.for_mailbox("support").access_token(true).empty());
  CHECK(sources.for_mailbox("support").facts().flow == "device");
}

TEST_CASE("declined in the browser: the page says so and nothing is stored") {
  auto& server = the_server();
  TempFolder folder;
  const auto config = config_for(server, folder.path());
  support::BrowserPage page;
  Person person;
  person.act = [&](const std::string& address) { page = support::browse(address, kUser, true); };
  try {
    login(config, "support", person);
    FAIL("was signed in");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::sign_in);
    CHECK(std::string(error.what()).find("access_denied") != std::string::npos);
  }
  person.finish();
  CHECK(page.status == 400);
  CHECK(page.text.find("Not signed in") != std::string::npos);
  CHECK_FALSE(open_vault(config)->has(account_id(config.mailboxes[0])));
}

TEST_CASE("a revoked grant is asked for once, however many times a token is wanted") {
  auto& server = the_server();
  TempFolder folder;
  auto config = config_for(server, folder.path());
  config.mailboxes[0].oauth.user = "revoked@contoso.com";
  import_refresh_token(config, "support", Secret(server.mint("revoked@contoso.com").refresh_token));
  server.revoke("revoked@contoso.com");
  const auto before = server.requests().size();
  for (int i = 0; i < 5; ++i) {
    TokenSources sources(config);
    CHECK_THROWS_AS(sources.for_mailbox("support").access_token(), Error);
    CHECK_THROWS_AS(sources.for_mailbox("support").access_token(true), Error);
  }
  CHECK(server.requests().size() == before + 1);
}

}  // namespace poller::oauth
