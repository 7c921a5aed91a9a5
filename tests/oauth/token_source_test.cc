// The token source against a scripted provider: what it asks, keeps, hands out and refuses.
#include "oauth/token_source.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/exit_code.h"
#include "oauth/account.h"
#include "oauth/token_answer.h"
#include "scripted.h"

namespace poller::oauth {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

bool has(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

}  // namespace

TEST_CASE("a refresh asks as RFC 6749 says, and names no scope: some were perhaps not granted") {
  TokenTest t;
  t.sign_in("refresh-1");
  CHECK(t.source().access_token().reveal() == "access-1");
  REQUIRE(t.provider.asked.size() == 1);
  const Asked& q = t.provider.asked[0];
  CHECK(q.url == "https://login.example.test/tenant-1/oauth2/v2.0/token");
  CHECK(q.form.at("grant_type") == "refresh_token");
  CHECK(q.form.at("refresh_token") == "refresh-1");
  CHECK(q.form.at("client_id") == "client-1");
  CHECK(q.form.size() == 3);
  CHECK(t.results == std::vector<std::string>{"ok"});
}

TEST_CASE("the token is kept in memory until five minutes before its end") {
  TokenTest t;
  t.sign_in("refresh-1");
  t.source().access_token();
  t.clock.advance(minutes(54));
  t.source().access_token();
  CHECK(t.provider.asked.size() == 1);
  t.clock.advance(minutes(2));
  t.source().access_token();
  CHECK(t.provider.asked.size() == 2);
}

TEST_CASE("the rotated refresh token is saved before the access token is handed out, and used next") {
  TokenTest t;
  t.sign_in("refresh-1");
  t.source().access_token();
  CHECK(t.entry().refresh_token.reveal() == "refresh-2");
  t.provider.handler = [](const Asked&) { return grant_answer("access-2", ""); };
  t.source().access_token(true);
  CHECK(t.provider.asked[1].form.at("refresh_token") == "refresh-2");
  CHECK(t.entry().refresh_token.reveal() == "refresh-2");  // none came back: the old one stays
}

TEST_CASE("a token that cannot be saved is not used, and is saved as soon as that works") {
  TokenTest t;
  t.sign_in("refresh-1");
  auto& source = t.source();
  const auto tokens = t.config.vault_path;
  // The entry's place is taken by a folder while the provider answers: the rename fails, for root too.
  const auto file = tokens / account_id(t.config.mailboxes[0]).file_name();
  t.provider.handler = [&](const Asked&) {
    std::filesystem::rename(file, tokens / "aside");
    std::filesystem::create_directory(file);
    return grant_answer("access-1", "refresh-2");
  };
  CHECK(failure_of([&] { source.access_token(); }).kind() == ErrorKind::vault);
  std::filesystem::remove(file);
  std::filesystem::rename(tokens / "aside", file);
  CHECK(t.entry().refresh_token.reveal() == "refresh-1");
  t.clock.advance(minutes(1));
  t.provider.handler = [](const Asked&) { return grant_answer("access-3", "refresh-3"); };
  CHECK(source.access_token().reveal() == "access-3");
  CHECK(t.provider.asked.back().form.at("refresh_token") == "refresh-2");
}

TEST_CASE("an entry that cannot be read is its account's trouble, not the storage's") {
  TokenTest t;
  t.sign_in("refresh-1");
  const auto file = t.config.vault_path / account_id(t.config.mailboxes[0]).file_name();
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);  // root may read any file
  const Error error = failure_of([&] { t.source().access_token(); });
  CHECK(error.kind() == ErrorKind::vault);
  CHECK(exit_code_of(error.kind()) == ExitCode::storage);
  CHECK_FALSE(error.advice().empty());
  CHECK(t.provider.asked.empty());
}

TEST_CASE("whoever asks soon after an attempt that took long is given its failure") {
  TokenTest t;
  t.sign_in("refresh-1");
  t.provider.handler = [&](const Asked&) -> HttpAnswer {
    t.clock.advance(seconds(31));
    throw Error(ErrorKind::unreachable, "the token endpoint did not answer in time");
  };
  CHECK(failure_of([&] { t.source().access_token(); }).kind() == ErrorKind::unreachable);
  const auto asked = t.provider.count();
  CHECK(failure_of([&] { t.source().access_token(); }).kind() == ErrorKind::unreachable);
  CHECK(t.provider.count() == asked);
  t.clock.advance(seconds(31));
  CHECK(failure_of([&] { t.source().access_token(); }).kind() == ErrorKind::unreachable);
  CHECK(t.provider.count() > asked);
}

TEST_CASE("a forced refresh gets another token, but not where a sibling mailbox got one already") {
  TokenTest t;
  config::Mailbox second = t.config.mailboxes[0];
  second.name = "billing";
  second.address = "billing@contoso.com";
  t.config.mailboxes.push_back(second);
  t.sign_in("refresh-1");
  int n = 0;
  t.provider.handler = [&](const Asked&) { return grant_answer("access-" + std::to_string(++n), "r"); };
  const auto sources = t.new_process();
  TokenSource& support = sources->for_mailbox("support");
  TokenSource& billing = sources->for_mailbox("billing");
  CHECK(support.access_token().reveal() == "access-1");
  CHECK(billing.access_token().reveal() == "access-1");
  CHECK(support.access_token(true).reveal() == "access-2");
  CHECK(billing.access_token(true).reveal() == "access-2");  // access-1 was refused to it, access-2 was not
  CHECK(billing.access_token(true).reveal() == "access-3");
  CHECK(n == 3);
}

TEST_CASE("without a sign-in the advice names the mailbox") {
  TokenTest t;
  const Error error = failure_of([&] { t.source().access_token(); });
  CHECK(error.kind() == ErrorKind::sign_in);
  CHECK(has(error.advice(), "poller login support"));
  CHECK(t.provider.asked.empty());
  CHECK_FALSE(std::filesystem::exists(t.config.vault_path));
}

TEST_CASE("a dead grant is not presented again until somebody signs in, in this process or the next") {
  TokenTest t;
  t.sign_in("refresh-1");
  t.provider.handler = [](const Asked&) { return entra_refusal("invalid_grant", 700082); };
  const Error first = failure_of([&] { t.source().access_token(); });
  CHECK(first.kind() == ErrorKind::sign_in);
  CHECK(has(first.what(), "AADSTS700082"));
  CHECK(has(first.what(), "fb3d2015-bc17-4bb9-bb85-30c5cf1aaaa7"));
  CHECK(has(first.what(), "2026-01-09 02:02:12Z"));
  CHECK(has(first.advice(), "poller login support"));
  const UnixTime since = t.clock.unix_now();
  for (int i = 0; i < 10; ++i) {
    t.clock.advance(hours(2));
    const Error again = failure_of([&] { t.new_process()->for_mailbox("support").access_token(); });
    CHECK(again.kind() == ErrorKind::sign_in);
    CHECK(has(again.what(), "since " + rfc3339(since)));
    CHECK(failure_of([&] { t.source().access_token(); }).kind() == ErrorKind::sign_in);
  }
  CHECK(t.provider.asked.size() == 1);
  CHECK(t.results == std::vector<std::string>{"sign-in"});
  t.sign_in("refresh-9");
  t.provider.handler = [](const Asked&) { return grant_answer("access-9", "refresh-10"); };
  CHECK(t.source().access_token().reveal() == "access-9");
  CHECK_FALSE(t.entry().refusal.has_value());
}

TEST_CASE("a refusal that a policy caused is tried again every half hour, by a person at once") {
  TokenTest t;
  t.sign_in("refresh-1");
  t.provider.handler = [](const Asked&) { return entra_refusal("invalid_grant", 53003); };
  CHECK(failure_of([&] { t.source().access_token(); }).kind() == ErrorKind::sign_in);
  t.clock.advance(minutes(29));
  CHECK(failure_of([&] { t.source().access_token(); }).kind() == ErrorKind::sign_in);
  CHECK(t.provider.asked.size() == 1);
  CHECK(failure_of([&] { t.source().access_token_now(); }).kind() == ErrorKind::sign_in);
  CHECK(t.provider.asked.size() == 2);
  t.clock.advance(minutes(31));
  t.provider.handler = [](const Asked&) { return grant_answer("access-2", "refresh-2"); };
  CHECK(t.source().access_token().reveal() == "access-2");
}

TEST_CASE("5xx, 429 and broken connections are tried again with growing waits") {
  TokenTest t;
  t.sign_in("refresh-1");
  int n = 0;
  const auto began = t.clock.unix_now();
  t.provider.handler = [&](const Asked&) -> HttpAnswer {
    ++n;
    if (n == 1) return json_answer(503, "<html>busy</html>");
    if (n == 2) throw Error(ErrorKind::unreachable, "connection refused");
    if (n == 3) return entra_refusal("temporarily_unavailable", 90033, 400);
    return grant_answer("access-1", "refresh-2");
  };
  CHECK(t.source().access_token().reveal() == "access-1");
  const auto waited = t.clock.unix_now() - began;
  CHECK(waited >= 3);   // half of 1 + 2 + 4
  CHECK(waited <= 11);  // one and a half times that
}

TEST_CASE("trouble that stays ends within the deadline, with its kind, and is not repeated at once") {
  TokenTest t;
  t.sign_in("refresh-1");
  t.provider.handler = [](const Asked&) -> HttpAnswer { throw Error(ErrorKind::unreachable, "no route"); };
  CHECK(failure_of([&] { t.source().access_token(); }).kind() == ErrorKind::unreachable);
  const auto asked = t.provider.asked.size();
  CHECK(asked == 4);
  CHECK(failure_of([&] { t.source().access_token(); }).kind() == ErrorKind::unreachable);
  CHECK(t.provider.asked.size() == asked);
  t.clock.advance(seconds(31));
  t.provider.handler = [](const Asked&) { return json_answer(500, "no"); };
  CHECK(failure_of([&] { t.source().access_token(); }).kind() == ErrorKind::temporary);
}

TEST_CASE("a token that is still good is handed out while the provider is down") {
  TokenTest t;
  t.sign_in("refresh-1");
  t.source().access_token();
  t.clock.advance(minutes(56));
  t.provider.handler = [](const Asked&) -> HttpAnswer { throw Error(ErrorKind::unreachable, "no route"); };
  CHECK(t.source().access_token().reveal() == "access-1");
  t.clock.advance(minutes(4));
  CHECK(failure_of([&] { t.source().access_token(); }).kind() == ErrorKind::unreachable);
}

TEST_CASE("Retry-After is honoured by every process") {
  TokenTest t;
  t.sign_in("refresh-1");
  t.provider.handler = [](const Asked&) {
    HttpAnswer answer = json_answer(429, "{}");
    answer.retry_after = seconds(120);
    return answer;
  };
  const Error error = failure_of([&] { t.source().access_token(); });
  CHECK(error.kind() == ErrorKind::temporary);
  REQUIRE(error.retry_after().has_value());
  CHECK(*error.retry_after() == seconds(120));
  CHECK(t.results == std::vector<std::string>{"throttled"});
  t.clock.advance(seconds(100));
  t.provider.handler = [](const Asked&) { return grant_answer("access-1", "refresh-2"); };
  const Error held = failure_of([&] { t.new_process()->for_mailbox("support").access_token(); });
  CHECK(held.kind() == ErrorKind::temporary);
  CHECK(held.retry_after().value() == seconds(20));
  CHECK(failure_of([&] { t.source().access_token_now(); }).kind() == ErrorKind::temporary);  // a person waits too
  CHECK(t.provider.asked.size() == 1);
  t.clock.advance(seconds(21));
  CHECK(t.source().access_token().reveal() == "access-1");
  CHECK(t.entry().throttled_until == 0);
}

TEST_CASE("invalid_grant with AADSTS50196 is throttling: the token is kept, nobody is asked to sign in") {
  TokenTest t;
  t.sign_in("refresh-1");
  t.provider.handler = [](const Asked&) { return entra_refusal("invalid_grant", 50196); };
  CHECK(failure_of([&] { t.source().access_token(); }).kind() == ErrorKind::temporary);
  CHECK(t.provider.asked.size() == 1);
  CHECK(t.entry().refresh_token.reveal() == "refresh-1");
  CHECK_FALSE(t.entry().refusal.has_value());
  t.clock.advance(minutes(6));
  t.provider.handler = [](const Asked&) { return grant_answer("access-1", "refresh-2"); };
  CHECK(t.source().access_token().reveal() == "access-1");
}

TEST_CASE("a grant that a public client obtained is never refreshed with a secret") {
  TokenTest t;
  t.config.mailboxes[0].oauth.client_secret = literal_secret("the-client-secret");
  t.sign_in("refresh-1", [](VaultEntry& e) { e.flow = "device"; });
  t.source().access_token();
  CHECK(t.provider.asked[0].form.count("client_secret") == 0);
}

TEST_CASE("a grant that was obtained with a secret is refreshed with it") {
  TokenTest t;
  t.config.mailboxes[0].oauth.client_secret = literal_secret("the-client-secret");
  t.sign_in("refresh-1", [](VaultEntry& e) { e.client_kind = ClientKind::secret; });
  t.source().access_token();
  CHECK(t.provider.asked[0].form.at("client_secret") == "the-client-secret");
  t.config.mailboxes[0].oauth.client_secret = {};
  const Error error = failure_of([&] { t.new_process()->for_mailbox("support").access_token(); });
  CHECK(error.kind() == ErrorKind::configuration);
  CHECK(has(error.advice(), "poller login support"));
}

TEST_CASE("a client secret that was replaced on disk is read again when the old one is refused") {
  TokenTest t;
  ::setenv("POLLER_TEST_CLIENT_SECRET", "old-secret", 1);
  config::SecretRef ref;
  ref.source = config::SecretSource::env;
  ref.name = "POLLER_TEST_CLIENT_SECRET";
  t.config.mailboxes[0].oauth.client_secret = ref;
  t.sign_in("refresh-1", [](VaultEntry& e) { e.client_kind = ClientKind::secret; });
  auto& source = t.source();
  ::setenv("POLLER_TEST_CLIENT_SECRET", "new-secret", 1);
  t.provider.handler = [](const Asked& q) {
    return q.form.at("client_secret") == "new-secret" ? grant_answer("access-1", "r")
                                                      : entra_refusal("invalid_client", 7000222, 401);
  };
  CHECK(source.access_token().reveal() == "access-1");
  ::unsetenv("POLLER_TEST_CLIENT_SECRET");
}

TEST_CASE("a provider that repeats our secrets does not get them into a message") {
  TokenTest t;
  t.sign_in("refresh-token-that-nobody-may-see");
  t.provider.handler = [](const Asked& q) {
    return json_answer(400, R"({"error":"invalid_grant","error_description":"the token )" + q.form.at("refresh_token") +
                                R"( is bad","error_uri":"x"})");
  };
  const Error error = failure_of([&] { t.source().access_token(); });
  CHECK_FALSE(has(error.what(), "nobody-may-see"));
  CHECK(has(error.what(), "[secret]"));
}

TEST_CASE("nor does one that repeats them percent-encoded, as they went over the wire") {
  const std::string secret = "Aq8~x/y+z=:no body may see";
  for (const char* form : {"Aq8~x%2Fy%2Bz%3D%3Ano%20body%20may%20see", "Aq8%7Ex%2fy%2bz%3d%3ano+body+may+see",
                           "Aq8~x/y+z=:no%20body%20may%20see"}) {
    CAPTURE(form);
    const std::string text = std::string("bad: client_secret=") + form + "&x=1";
    const auto answer = json_answer(
        401, R"({"error":"invalid_client","correlation_id":")" + text + R"(","error_description":")" + text + "\"}");
    const std::string line = to_line(std::get<Refusal>(read_token_answer(answer, {Secret(secret)})));
    CHECK_MESSAGE(has(line, "client_secret=[secret]&x=1"), line);
    CHECK_FALSE(has(line, "Aq8"));
  }
  const auto raw = json_answer(401, R"({"error":"invalid_client","error_description":"bad: abc%25def%2Fghi"})");
  const std::string line = to_line(std::get<Refusal>(read_token_answer(raw, {Secret("abc%25def%2Fghi")})));
  CHECK_MESSAGE(has(line, "bad: [secret]"), line);
}

TEST_CASE("keep_alive refreshes what has rested for a week, and nothing else") {
  TokenTest t;
  t.sign_in("refresh-1");
  const auto sources = t.new_process();
  sources->keep_alive();
  CHECK(t.provider.asked.empty());
  t.clock.advance(hours(24 * 7 + 1));
  sources->keep_alive();
  sources->keep_alive();
  CHECK(t.provider.asked.size() == 1);
  CHECK(t.entry().last_used == t.clock.unix_now());
}

TEST_CASE("an interrupted refresh is named when the provider has ended the grant for it") {
  TokenTest t;
  t.sign_in("refresh-1");
  const auto lock = t.config.vault_path / (account_id(t.config.mailboxes[0]).file_name() + ".lock");
  t.provider.handler = [&](const Asked&) {
    // What a killed process leaves: the note stands in the file while the provider is asked.
    CHECK(std::filesystem::file_size(lock) > 0);
    return grant_answer("access-1", "refresh-2");
  };
  t.source().access_token();
  CHECK(std::filesystem::file_size(lock) == 0);
  const auto held = Vault(t.config.vault_path, Secret("x")).lock(account_id(t.config.mailboxes[0]), seconds(1));
  const_cast<EntryLock&>(held).set_note("process 1 asked");
  { const auto gone = std::move(const_cast<EntryLock&>(held)); }
  t.provider.handler = [](const Asked&) { return json_answer(400, R"({"error":"invalid_grant"})"); };
  const Error error = failure_of([&] { t.source().access_token(true); });
  CHECK(error.kind() == ErrorKind::sign_in);
  CHECK(has(error.what(), "interrupted"));
}

TEST_CASE("facts tell what was asked and granted") {
  TokenTest t;
  t.sign_in("refresh-1");
  t.provider.handler = [](const Asked&) {
    return grant_answer("access-1", "r", 3600, "https://outlook.office.com/IMAP.AccessAsUser.All");
  };
  CHECK(t.source().facts().asked.empty());
  t.source().access_token();
  const GrantFacts facts = t.source().facts();
  CHECK(facts.asked.size() == 2);
  CHECK(facts.granted == std::vector<std::string>{"https://outlook.office.com/IMAP.AccessAsUser.All"});
  CHECK(facts.access_token_expires == t.clock.unix_now() + 3600);
  CHECK(facts.client_kind == "public");
}

TEST_CASE("without a vault in the configuration every mailbox says so") {
  TokenTest t;
  t.config.vault_path.clear();
  CHECK(failure_of([&] { t.source().access_token(); }).kind() == ErrorKind::configuration);
  CHECK(failure_of([&] { t.new_process()->for_mailbox("suport"); }).advice() == "Did you mean \"support\"?");
}

}  // namespace poller::oauth
