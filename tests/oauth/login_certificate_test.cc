// An app's certificate that cannot be used ends a sign-in before a person is sent anywhere.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "base/error.h"
#include "base/safe_file.h"
#include "oauth/login.h"
#include "oauth/sign_in.h"
#include "real_provider.h"
#include "scripted.h"
#include "tests/support/test_ca.h"

namespace poller::oauth {
namespace {

TokenSourceOptions real_time(TokenTest& t) {
  TokenSourceOptions options;
  options.http = [&t](const config::OAuth&) { return t.provider.http(); };
  options.sleep = [](std::chrono::milliseconds) {};
  return options;
}

enum class Way { browser, device, import };

Error failure_of(TokenTest& t, Way way) {
  Person person;
  person.act = [](const std::string& url) { FAIL_CHECK("somebody was sent to " << url); };
  LoginOptions options;
  options.device = way == Way::device;
  options.timeout = std::chrono::milliseconds(200);
  options.world = real_time(t);
  try {
    if (way == Way::import) {
      import_refresh_token(t.config, "support", Secret("refresh-9"), real_time(t));
    } else {
      login(t.config, "support", person, options);
    }
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::ours, "nothing was thrown"};
}

void take(TokenTest& t, const support::Certificate& certificate, const support::Certificate& key) {
  t.config.mailboxes[0].oauth.certificate = certificate.cert;
  t.config.mailboxes[0].oauth.certificate_key = key.key;
}

}  // namespace

TEST_CASE("a key of another certificate, and one that has ended: every way to sign in ends with it at once") {
  TokenTest t;
  for (const Way way : {Way::browser, Way::device, Way::import}) {
    take(t, support::self_signed_rsa(t.folder.path(), "a"), support::self_signed_rsa(t.folder.path(), "b"));
    const Error foreign = failure_of(t, way);
    CHECK(foreign.kind() == ErrorKind::configuration);
    CHECK(std::string(foreign.what()).find("it is not the certificate's") != std::string::npos);
    const auto old = support::self_signed_rsa(t.folder.path(), "c", -20, -10);
    take(t, old, old);
    const Error ended = failure_of(t, way);
    CHECK(ended.kind() == ErrorKind::configuration);
    CHECK(std::string(ended.what()).find("oauth.certificate: it ended on") != std::string::npos);
    CHECK_FALSE(ended.advice().empty());
  }
  CHECK(t.provider.count() == 0);
}

TEST_CASE("a client secret that cannot be read ends the sign-in in the browser before it begins") {
  TokenTest t;
  t.config.mailboxes[0].oauth.client_secret.source = config::SecretSource::file;
  t.config.mailboxes[0].oauth.client_secret.name = (t.folder.path() / "none").string();
  CHECK(failure_of(t, Way::browser).kind() == ErrorKind::configuration);
  CHECK(t.provider.count() == 0);
}

}  // namespace poller::oauth
