// An app that the provider refuses (its secret has expired): one alert, which says what to put where.
#include <doctest/doctest.h>

#include "oauth/account.h"
#include "oauth/open_vault.h"
#include "service/troubles.h"
#include "tests/support/temp_dir.h"

using namespace poller;  // NOLINT(google-build-using-namespace): the room under test

TEST_CASE("a refused app is one trouble, a sign-in that is needed, however long the mailbox has failed") {
  constexpr UnixTime kNow = 1'800'000'000;
  const support::TempDir dir("refused-app");
  config::Config config;
  config.sqlite_path = dir / "poller.db";
  config.vault_path = dir / "tokens";
  config.vault_key.source = config::SecretSource::literal;
  config.vault_key.literal = Secret("a key");
  auto& mailbox = config.mailboxes.emplace_back();
  mailbox.name = "support";
  mailbox.address = "support@contoso.com";
  mailbox.preset = config::Preset::microsoft365;
  mailbox.poll_every = std::chrono::seconds(60);
  oauth::VaultEntry entry;
  entry.account = oauth::account_id(mailbox);
  entry.refresh_token = Secret("refresh-1");
  entry.last_used = kNow - 3600;
  entry.refusal = oauth::RememberedRefusal{
      kNow - 3000, kNow - 60, false, "the secret has expired", "Put the new secret's Value into oauth.client_secret.",
      "secret 01"};
  oauth::open_vault(config)->write(entry);
  const auto store = open_sqlite_store(config.sqlite_path.string());
  MailboxStatus status;
  status.name = "support";
  status.state = "error";
  status.since = kNow - 3000;
  status.last_error = "the secret has expired";
  {
    auto tx = store->begin();
    tx->set_mailbox_status(status);
    tx->commit();
  }
  TroubleMemory memory;
  const auto found = find_troubles(*store, config, {}, memory, kNow);
  REQUIRE(found.size() == 1);
  CHECK(found[0].key == "sign-in support");
  CHECK(found[0].detail == "the secret has expired");
  CHECK(found[0].advice == "Put the new secret's Value into oauth.client_secret.");
}
