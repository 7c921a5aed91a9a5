// Import, sign-out and status, against a scripted provider.
#include "oauth/sign_in.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/safe_file.h"
#include "base/text.h"
#include "oauth/open_vault.h"
#include "oauth/scopes.h"
#include "oauth/token_status.h"
#include "scripted.h"

namespace poller::oauth {
namespace {

TokenSourceOptions world_of(TokenTest& t) {
  TokenSourceOptions options;
  options.http = [&t](const config::OAuth&) { return t.provider.http(); };
  options.clock = &t.clock;
  options.sleep = [&t](std::chrono::milliseconds wait) { t.clock.advance(wait); };
  return options;
}

void add_mailbox(config::Config& config, const char* name, std::vector<std::string> scopes) {
  config::Mailbox mailbox = config.mailboxes.front();
  mailbox.name = name;
  mailbox.address = std::string(name) + "@contoso.com";
  mailbox.oauth.scopes = std::move(scopes);
  config.mailboxes.push_back(mailbox);
}

}  // namespace

TEST_CASE("an imported token is tried at once, and what came back is kept") {
  TokenTest t;
  add_mailbox(t.config, "billing", {"https://outlook.office.com/SMTP.Send", "offline_access"});
  const SignedIn in = import_refresh_token(t.config, "billing", Secret("refresh-1"), world_of(t));
  CHECK(in.tried);
  CHECK(in.account.mailboxes == std::vector<std::string>{"support", "billing"});
  CHECK(t.provider.asked.at(0).form.at("refresh_token") == "refresh-1");
  const VaultEntry entry = t.entry();
  CHECK(entry.asked.size() == 3);
  CHECK(entry.refresh_token.reveal() == "refresh-2");
  CHECK(entry.flow == "imported");
  CHECK(t.source().access_token().reveal() == "access-1");
}

TEST_CASE("a token that is refused is not kept, and what was there before is") {
  TokenTest t;
  t.provider.handler = [](const Asked&) { return entra_refusal("invalid_grant", 70000); };
  CHECK_THROWS_AS(import_refresh_token(t.config, "support", Secret("bad"), world_of(t)), Error);
  CHECK_FALSE(open_vault(t.config)->has(account_id(t.config.mailboxes[0])));
  t.sign_in("refresh-1");
  CHECK_THROWS_AS(import_refresh_token(t.config, "support", Secret("bad"), world_of(t)), Error);
  CHECK(t.entry().refresh_token.reveal() == "refresh-1");
  CHECK(t.entry().flow == "code");
}

TEST_CASE("a refused import says so of the token that was brought, not of a stored grant") {
  TokenTest t;
  const auto failure = [&] {
    return failure_of([&] { import_refresh_token(t.config, "support", Secret("bad"), world_of(t)); });
  };
  t.provider.handler = [](const Asked&) { return entra_refusal("invalid_grant", 70000); };
  const Error dead = failure();
  CHECK(std::string(dead.what()).find("the refresh token was refused and is not kept: ") == 0);
  CHECK(dead.advice().find("stored grant") == std::string::npos);
  CHECK(dead.advice().find("check that it is whole") != std::string::npos);
  CHECK(dead.advice().find("`poller login support`") != std::string::npos);
  t.sign_in("refresh-1");
  CHECK(std::string(failure().what()).find("the sign-in that was there before is unchanged") != std::string::npos);
  t.provider.handler = [](const Asked&) { return entra_refusal("invalid_grant", 50076); };
  CHECK(failure().advice().find("Multi-factor") != std::string::npos);
  CHECK(t.entry().refresh_token.reveal() == "refresh-1");
}

TEST_CASE("a token that cannot be tried never replaces a sign-in that is there") {
  TokenTest t;
  t.sign_in("refresh-1");
  const auto failure = [&] {
    return failure_of([&] { import_refresh_token(t.config, "support", Secret("refresh-9"), world_of(t)); });
  };
  t.provider.handler = [](const Asked&) { return json_answer(503, ""); };
  const Error busy = failure();
  CHECK(busy.kind() == ErrorKind::temporary);
  CHECK(std::string(busy.what()).find("could not be tried and is not kept") != std::string::npos);
  CHECK_FALSE(busy.advice().empty());
  CHECK(t.entry().refresh_token.reveal() == "refresh-1");
  CHECK(t.entry().flow == "code");
  t.provider.handler = [](const Asked&) -> HttpAnswer { throw Error(ErrorKind::unreachable, "no route"); };
  CHECK(failure().kind() == ErrorKind::unreachable);
  CHECK(t.entry().refresh_token.reveal() == "refresh-1");
}

TEST_CASE("a token whose provider cannot be reached is kept untried where there was nothing to lose") {
  TokenTest t;
  t.provider.handler = [](const Asked&) -> HttpAnswer { throw Error(ErrorKind::unreachable, "no route"); };
  const SignedIn in = import_refresh_token(t.config, "support", Secret("refresh-1"), world_of(t));
  CHECK_FALSE(in.tried);
  CHECK(in.notices.size() == 1);
  CHECK(t.entry().refresh_token.reveal() == "refresh-1");
}

TEST_CASE("a token of the device flow is taken although the configuration has a secret") {
  TokenTest t;
  t.config.mailboxes[0].oauth.client_secret = literal_secret("the-client-secret");
  t.provider.handler = [](const Asked& q) {
    return q.form.count("client_secret") != 0 ? entra_refusal("invalid_client", 700025, 401)
                                              : grant_answer("access-1", "refresh-2");
  };
  import_refresh_token(t.config, "support", Secret("refresh-1"), world_of(t));
  CHECK(t.entry().client_kind == ClientKind::public_client);
}

TEST_CASE("an entry that does not open is never replaced in silence") {
  TokenTest t;
  t.sign_in("refresh-1");
  t.config.vault_key = literal_secret("another key");
  try {
    import_refresh_token(t.config, "support", Secret("refresh-9"), world_of(t));
    FAIL("was imported");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::configuration);
    CHECK(error.advice().find("poller logout support") != std::string::npos);
  }
  CHECK(t.provider.asked.empty());
  CHECK(sign_out(t.config, "support", false) == std::vector<std::string>{"support"});
  CHECK(import_refresh_token(t.config, "support", Secret("refresh-9"), world_of(t)).tried);
}

TEST_CASE("the token file: white space is no part of it, others may not read it") {
  TokenTest t;
  const auto file = t.folder.path() / "token";
  write_file_atomically(file, "  refresh-1\r\n", 0600);
  import_refresh_token_file(t.config, "support", file, world_of(t));
  CHECK(t.provider.asked.at(0).form.at("refresh_token") == "refresh-1");
  ::chmod(file.c_str(), 0644);
  CHECK_THROWS_WITH_AS(import_refresh_token_file(t.config, "support", file, world_of(t)),
                       ("others can read " + file.string()).c_str(), Error);
  write_file_atomically(file, "two words\n", 0600);
  CHECK_THROWS_AS(import_refresh_token_file(t.config, "support", file, world_of(t)), Error);
  write_file_atomically(file, "\n", 0600);
  CHECK_THROWS_AS(import_refresh_token_file(t.config, "support", file, world_of(t)), Error);
}

TEST_CASE("signing out names all mailboxes of the account and wants to be told so") {
  TokenTest t;
  add_mailbox(t.config, "billing", {"offline_access"});
  CHECK(sign_out(t.config, "support", false).empty());
  t.sign_in("refresh-1");
  try {
    sign_out(t.config, "support", false);
    FAIL("was signed out");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(std::string(error.what()).find("support, billing") != std::string::npos);
    CHECK(error.advice().find("--all-mailboxes") != std::string::npos);
  }
  CHECK(sign_out(t.config, "billing", true) == std::vector<std::string>{"support", "billing"});
  CHECK(std::filesystem::is_empty(t.config.vault_path));
}

TEST_CASE("a grant without a refresh token, or of another user, says so") {
  TokenTest t;
  const Account account = account_of(t.config, "support");
  Grant grant;
  grant.access_token = Secret("a");
  const auto vault = open_vault(t.config);
  CHECK_THROWS_AS(keep_grant(*vault, account, grant, ClientKind::public_client, "code", 1), Error);
  grant.refresh_token = Secret("r");
  grant.signed_in_as = {"boss@contoso.com"};
  grant.scopes = std::vector<std::string>{"https://outlook.office.com/User.Read"};
  const SignedIn in = keep_grant(*vault, account, grant, ClientKind::public_client, "code", 1);
  REQUIRE(in.notices.size() == 2);
  CHECK(in.notices[0].find("IMAP.AccessAsUser.All (reading mail by IMAP will be refused)") != std::string::npos);
  CHECK(in.notices[1].find("boss@contoso.com") != std::string::npos);
}

TEST_CASE("an access token that can be read tells who signed in; one that cannot says nothing") {
  TokenTest t;
  const Account account = account_of(t.config, "support");
  const auto vault = open_vault(t.config);
  const auto signed_in = [&](const std::string& access_token) {
    Grant grant;
    grant.access_token = Secret(access_token);
    grant.refresh_token = Secret("r");
    return keep_grant(*vault, account, grant, ClientKind::public_client, "code", 1);
  };
  const auto jwt = [](const std::string& claims) {
    return "eyJhbGciOiJub25lIn0." + text::base64url(claims) + ".c2lnbmF0dXJl";
  };
  for (const char* claim : {"upn", "preferred_username", "unique_name", "email"}) {
    const SignedIn wrong = signed_in(jwt(std::string(R"({"aud":"x",")") + claim + R"(":"Boss@contoso.com"})"));
    REQUIRE(wrong.notices.size() == 1);
    CHECK(wrong.notices[0].find("Boss@contoso.com") != std::string::npos);
    CHECK(wrong.notices[0].find("expects helpdesk@contoso.com") != std::string::npos);
    CHECK(wrong.notices[0].find("private window") != std::string::npos);
    CHECK(wrong.notices[0].find("oauth.user") != std::string::npos);
    CHECK(wrong.notices[0].find("eyJ") == std::string::npos);
    const SignedIn right = signed_in(jwt(std::string("{\"") + claim + R"(":"HELPDESK@contoso.com"})"));
    CHECK(right.notices.empty());
    CHECK(right.user == "HELPDESK@contoso.com");
  }
  // One of its names is enough: the others may be aliases.
  CHECK(signed_in(jwt(R"({"upn":"hd@contoso.onmicrosoft.com","email":"helpdesk@contoso.com"})")).notices.empty());
  for (const std::string& silent :
       {std::string("EwBgA8l6BAAU.opaque"), jwt("no json"), jwt(R"({"upn":["a@b.c"],"email":7})"),
        std::string("a.%%%.c"), jwt(R"({"preferred_username":"somebody"})"), std::string("a.b.c.d.e"),
        jwt(R"({"upn":"boss@contoso.com","x":")" + std::string(100'000, 'x') + "\"}"),
        jwt(std::string(100, '{') + std::string(9'000, '['))}) {
    const SignedIn in = signed_in(silent);
    CHECK(in.notices.empty());
    CHECK(in.user.empty());
  }
}

TEST_CASE("a refresh token that is imported is looked at likewise") {
  TokenTest t;
  const std::string claims = text::base64url(R"({"upn":"boss@contoso.com"})");
  t.provider.handler = [&](const Asked&) { return grant_answer("eyJ9." + claims + ".c2ln", "refresh-2"); };
  const SignedIn in = import_refresh_token(t.config, "support", Secret("refresh-1"), world_of(t));
  REQUIRE(in.notices.size() == 1);
  CHECK(in.notices[0].find("boss@contoso.com") != std::string::npos);
  CHECK(in.notices[0].find("`poller login support`") != std::string::npos);
}

TEST_CASE("scopes are compared by their names") {
  using Scopes = std::vector<std::string>;
  const Scopes asked{"https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"};
  CHECK(missing_scopes(asked, {}).empty());
  CHECK(missing_scopes(asked, {"https://outlook.office365.com/imap.accessasuser.all"}).empty());
  CHECK(missing_scopes(asked, {"https://outlook.office.com/SMTP.Send"}) == Scopes{asked[0]});
  CHECK(missing_scopes({"https://mail.google.com/"}, {"https://mail.google.com/"}).empty());
  CHECK(missing_scopes({"https://mail.google.com/"}, {"email"}).size() == 1);
}

TEST_CASE("a scope that was not asked for is not called refused") {
  const std::string imap = "https://outlook.office.com/IMAP.AccessAsUser.All";
  const std::string smtp = "https://outlook.office.com/SMTP.Send";
  const std::string later = explain_missing({smtp}, {imap, "offline_access"});
  CHECK(later ==
        "Not asked for when the user signed in: SMTP.Send (sending mail will be refused). Sign in again with "
        "`{login}`.");
  const std::string refused = explain_missing({smtp}, {imap, smtp});
  CHECK(refused == explain_missing({smtp}));
  CHECK(refused.find("Not granted: SMTP.Send") == 0);
  const std::string both = explain_missing({imap, smtp}, {imap});
  CHECK(both.find("Not granted: IMAP.AccessAsUser.All") == 0);
  CHECK(both.find("Not asked for when the user signed in: SMTP.Send") != std::string::npos);
  CHECK(explain_missing({smtp}, {}) == explain_missing({smtp}));  // what was asked is not known
}

TEST_CASE("status tells days left, a refusal since when, and what cannot be read") {
  using State = TokenStatus::State;
  constexpr UnixTime kDay = 86400;
  TokenTest t;
  const auto status = [&] { return token_status(t.config, t.clock.unix_now()).at(0); };
  CHECK(status().state == State::never);
  CHECK(status().advice == "Sign in with `poller login support`.");
  const UnixTime now = t.clock.unix_now();
  t.sign_in("r", [&](VaultEntry& e) { e.last_used = now - 76 * kDay; });
  CHECK(status().state == State::ok);
  CHECK(status().days_left == 14);
  t.sign_in("r", [&](VaultEntry& e) { e.refresh_token_expires = now + 2 * kDay + 100; });
  CHECK(status().days_left == 2);
  t.sign_in("r", [&](VaultEntry& e) { e.last_used = now - 91 * kDay; });
  CHECK(status().state == State::sign_in_needed);
  CHECK(status().days_left == 0);
  t.sign_in("r", [&](VaultEntry& e) { e.throttled_until = now + 60; });
  CHECK(status().state == State::throttled);
  t.sign_in("r", [&](VaultEntry& e) { e.refusal = RememberedRefusal{now - 50, now, true, "refused", "do `{login}`"}; });
  CHECK(status().state == State::sign_in_needed);
  CHECK(status().since == now - 50);
  CHECK(status().expires == now - 50);  // what the metric tells must not lie ahead
  CHECK(status().days_left == 0);
  CHECK(status().advice == "do `poller login support`");
  t.config.vault_key = literal_secret("another");
  CHECK(status().state == State::unreadable);
  CHECK(std::string(state_word(status().state)) == "error");
}

TEST_CASE("warnings come at 14, 7, 3 and 1 days, for the token and for the secret") {
  TokenStatus s;
  s.mailbox = "support";
  const auto stage = [&](std::optional<int> token, std::optional<int> secret) {
    s.days_left = token;
    s.secret_days_left = secret;
    int sum = 0;
    for (const ExpiryWarning& w : expiry_warnings({s})) sum = 100 * sum + w.stage;
    return sum;
  };
  CHECK(stage(15, {}) == 0);
  CHECK(stage(14, {}) == 14);
  CHECK(stage(8, {}) == 14);
  CHECK(stage(7, 15) == 7);
  CHECK(stage(3, 4) == 307);
  CHECK(stage(2, 0) == 301);
  CHECK(stage(1, -5) == 100 - 1);  // over: said once more
  s.state = TokenStatus::State::sign_in_needed;
  CHECK(stage(0, {}) == 0);  // that is an alert of its own
}

TEST_CASE("a grant that lives shorter than the first warning is warned of in the last quarter of its life alone") {
  TokenTest t;
  constexpr UnixTime kMinute = 60, kDay = 86400;
  const auto warned = [&](UnixTime life, UnixTime rested) {
    const UnixTime now = t.clock.unix_now();
    t.sign_in("r", [&](VaultEntry& e) {
      e.last_used = now - rested;
      e.refresh_token_expires = now - rested + life;
    });
    return !expiry_warnings(token_status(t.config, now)).empty();
  };
  CHECK_FALSE(warned(30 * kMinute, 0));
  CHECK_FALSE(warned(30 * kMinute, 22 * kMinute));
  CHECK(warned(30 * kMinute, 23 * kMinute));
  CHECK_FALSE(warned(14 * kDay, 10 * kDay));
  CHECK(warned(14 * kDay, 11 * kDay));
  CHECK_FALSE(warned(15 * kDay, 0));  // as long-lived ones
  CHECK(warned(15 * kDay, kDay));
  // Seven days in all, however often it is used.
  const auto used_now = [&](UnixTime left) {
    t.sign_in("r", [&](VaultEntry& e) {
      e.lifetime = 7 * kDay;
      e.refresh_token_expires = e.last_used + left;
    });
    return !expiry_warnings(token_status(t.config, t.clock.unix_now())).empty();
  };
  CHECK_FALSE(used_now(6 * kDay));
  CHECK(used_now(kDay));
}

TEST_CASE("the end of a refresh token is read by either of its names") {
  const auto life = [](const std::string& more) {
    const auto answer = json_answer(200, R"({"access_token":"a","refresh_token":"r")" + more + "}");
    const auto told = std::get<Grant>(read_token_answer(answer)).refresh_expires_in;
    return told ? told->count() : -1;
  };
  CHECK(life(R"(,"refresh_token_expires_in":3600)") == 3600);
  CHECK(life(R"(,"refresh_expires_in":1800)") == 1800);
  CHECK(life(R"(,"refresh_expires_in":1800,"refresh_token_expires_in":3600)") == 3600);
  CHECK(life(R"(,"refresh_expires_in":0)") == -1);  // Keycloak's offline tokens: no end
  CHECK(life("") == -1);
}

TEST_CASE("the client secret's end is counted from its day in the configuration") {
  TokenTest t;
  t.sign_in("r");
  const auto today = std::chrono::floor<std::chrono::days>(t.clock.now());
  t.config.mailboxes[0].oauth.client_secret_expires = today + std::chrono::days(8);
  const auto status = token_status(t.config, t.clock.unix_now()).at(0);
  CHECK(status.secret_days_left == 8);  // that day is its last
  CHECK(status.secret_expires == (today + std::chrono::days(8)).time_since_epoch() / std::chrono::seconds(1));
}

}  // namespace poller::oauth
