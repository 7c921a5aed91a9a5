// The app itself is refused at a refresh: its secret is wrong or has expired.
#include <doctest/doctest.h>
#include <stdlib.h>

#include <string>
#include <utility>

#include "base/error.h"
#include "base/safe_file.h"
#include "oauth/sign_in_mark.h"
#include "oauth/token_source.h"
#include "oauth/token_status.h"
#include "scripted.h"

namespace poller::oauth {
namespace {

Error error_of(TokenSource& source) {
  try {
    source.access_token();
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::ours, "nothing was thrown"};
}

bool mentions(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

}  // namespace

TEST_CASE("an expired client secret is presented once in half an hour, and a new one at once, without a new sign-in") {
  TokenTest t;
  t.config.mailboxes[0].oauth.client_secret = literal_secret("old-secret");
  t.sign_in("refresh-1", [](VaultEntry& e) { e.client_kind = ClientKind::secret; });
  t.provider.handler = [](const Asked& q) {
    return q.form.at("client_secret") == "new-secret" ? grant_answer("access-1", "r")
                                                      : entra_refusal("invalid_client", 7000222, 401);
  };
  const UnixTime since = t.clock.unix_now();
  for (int i = 0; i < 5; ++i) {
    const Error error = error_of(t.new_process()->for_mailbox("support"));
    CHECK(error.kind() == ErrorKind::configuration);
    CHECK(mentions(error.advice(), "oauth.client_secret"));
    CHECK(error_of(t.source()).kind() == ErrorKind::configuration);
    t.clock.advance(std::chrono::minutes(5));
  }
  CHECK(t.provider.asked.size() == 1);
  const auto status = token_status(t.config, t.clock.unix_now()).at(0);
  CHECK(std::string(state_word(status.state)) == "sign-in needed");
  CHECK(status.since == since);
  CHECK(mentions(status.advice, "oauth.client_secret"));
  CHECK(mentions(status.advice, "poller check --online support"));
  t.clock.advance(std::chrono::minutes(6));
  CHECK(error_of(t.source()).kind() == ErrorKind::configuration);
  CHECK(t.provider.asked.size() == 2);
  t.config.mailboxes[0].oauth.client_secret = literal_secret("new-secret");
  CHECK(t.new_process()->for_mailbox("support").access_token().reveal() == "access-1");
  CHECK(token_status(t.config, t.clock.unix_now()).at(0).state == TokenStatus::State::ok);
}

TEST_CASE("a refusal of the app is over with a new sign-in, and a running process sees the secret that was replaced") {
  TokenTest t;
  ::setenv("POLLER_TEST_CLIENT_SECRET", "old-secret", 1);
  config::SecretRef ref;
  ref.source = config::SecretSource::env;
  ref.name = "POLLER_TEST_CLIENT_SECRET";
  t.config.mailboxes[0].oauth.client_secret = ref;
  const auto with_secret = [](VaultEntry& e) { e.client_kind = ClientKind::secret; };
  t.sign_in("refresh-1", with_secret);
  t.provider.handler = [](const Asked& q) {
    return q.form.at("client_secret") == "new-secret" || q.form.at("refresh_token") == "refresh-9"
               ? grant_answer("access-1", "r", 60)
               : entra_refusal("invalid_client", 7000215, 401);
  };
  CHECK(error_of(t.source()).kind() == ErrorKind::configuration);
  t.sign_in("refresh-9", with_secret);
  CHECK(t.source().access_token().reveal() == "access-1");
  t.clock.advance(std::chrono::minutes(5));
  CHECK(error_of(t.source()).kind() == ErrorKind::configuration);
  ::setenv("POLLER_TEST_CLIENT_SECRET", "new-secret", 1);
  CHECK(t.source().access_token().reveal() == "access-1");
  ::unsetenv("POLLER_TEST_CLIENT_SECRET");
}

TEST_CASE(
    "a sign-in, and a secret or certificate that is replaced on disk, each change the mark that wakes the daemon") {
  TokenTest t;
  config::Mailbox& mailbox = t.config.mailboxes[0];
  const auto file = t.folder.path() / "secret";
  mailbox.oauth.client_secret.source = config::SecretSource::file;
  mailbox.oauth.client_secret.name = file.string();
  mailbox.oauth.certificate = t.folder.path() / "app.crt";
  std::string before = sign_in_mark(t.config, mailbox);
  const auto changed = [&] { return std::exchange(before, sign_in_mark(t.config, mailbox)) != before; };
  CHECK_FALSE(changed());
  t.sign_in("refresh-1");
  CHECK(changed());
  write_file_atomically(file, "new-secret\n", 0600);
  CHECK(changed());
  write_file_atomically(mailbox.oauth.certificate, "a certificate\n", 0600);
  CHECK(changed());
  CHECK_FALSE(changed());
}

TEST_CASE("a refusal that nobody knows may pass: it is not kept for half an hour") {
  TokenTest t;
  t.sign_in("refresh-1");
  t.provider.handler = [](const Asked&) { return json_answer(400, R"({"error":"something_new"})"); };
  CHECK(error_of(t.source()).kind() == ErrorKind::configuration);
  CHECK_FALSE(t.entry().refusal.has_value());
  t.clock.advance(std::chrono::seconds(31));
  t.provider.handler = [](const Asked&) { return grant_answer("access-1", "refresh-2"); };
  CHECK(t.source().access_token().reveal() == "access-1");
}

}  // namespace poller::oauth
