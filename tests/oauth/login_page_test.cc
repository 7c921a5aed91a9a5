// What the page in the browser says at the end of a sign-in, against a scripted provider.
#include <doctest/doctest.h>

#include <string>

#include "base/text.h"
#include "oauth/login.h"
#include "oauth/scopes.h"
#include "real_provider.h"
#include "scripted.h"
#include "scripted_browser.h"

namespace poller::oauth {
namespace {

constexpr const char* kImap = "https://outlook.office.com/IMAP.AccessAsUser.All";
constexpr const char* kSmtp = "https://outlook.office.com/SMTP.Send";

std::string token_of(const std::string& user) {
  return "eyJ9." + text::base64url("{\"preferred_username\":\"" + user + "\"}") + ".c2ln";
}

// The page after a sign-in where the provider gives that token for these scopes (empty: it names none).
std::string page_after(TokenTest& t, const std::string& access_token, const std::string& scope) {
  t.provider.handler = [&](const Asked&) { return grant_answer(access_token, "refresh-1", 3600, scope); };
  LoginOptions options;
  options.world.http = [&](const config::OAuth&) { return t.provider.http(); };
  options.world.clock = &t.clock;
  Person person;
  std::string page;
  person.act = [&](const std::string& url) { page = come_back(url); };
  login(t.config, "support", person, options);
  person.finish();
  return page;
}

bool holds(const std::string& page, const std::string& piece) { return page.find(piece) != std::string::npos; }

}  // namespace

TEST_CASE("the page names who signed in, and warns of another person than expected") {
  TokenTest t;
  const std::string right = page_after(t, token_of("helpdesk@contoso.com"), "");
  CHECK(holds(right, "Signed in as helpdesk@contoso.com."));
  CHECK_FALSE(holds(right, "Warning"));
  const std::string wrong = page_after(t, token_of("mallory@contoso.com"), "");
  CHECK(holds(wrong, "Signed in as mallory@contoso.com."));
  CHECK(holds(wrong, "Warning: The configuration expects helpdesk@contoso.com."));
  const std::string silent = page_after(t, "opaque", "");
  CHECK_FALSE(holds(silent, "helpdesk@contoso.com"));
  CHECK(holds(silent, "the provider does not say"));
}

TEST_CASE("the page names what was granted, and what was not") {
  TokenTest t;
  const std::string reading = page_after(t, "opaque", kImap);
  CHECK(holds(reading, "Granted to poller: reading mail."));
  CHECK(holds(reading, "Mailboxes: support."));
  CHECK_FALSE(holds(reading, "sending"));
  t.config.mailboxes[0].oauth.scopes.emplace_back(kSmtp);
  CHECK(
      holds(page_after(t, "opaque", std::string(kImap) + " " + kSmtp), "Granted to poller: reading and sending mail."));
  const std::string less = page_after(t, "opaque", kImap);
  CHECK(holds(less, "Granted to poller: reading mail."));
  CHECK(holds(less, "Warning: Not granted: SMTP.Send (sending mail will be refused)."));
}

TEST_CASE("access is told by the names of the scopes") {
  CHECK(access_of({"https://mail.google.com/"}) == "reading and sending mail");
  CHECK(access_of({"https://outlook.office.com/POP.AccessAsUser.All", "offline_access"}) == "reading mail");
  CHECK(access_of({kSmtp}) == "sending mail");
  CHECK(access_of({"offline_access", "User.Read"}).empty());
}

}  // namespace poller::oauth
