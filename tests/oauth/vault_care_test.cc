// The vault in other than the best of states: open to others, or its key gone.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/safe_file.h"
#include "oauth/account.h"
#include "oauth/open_vault.h"
#include "oauth/vault_modes.h"
#include "scripted.h"

namespace poller::oauth {

TEST_CASE(
    "an entry or a folder that others can read is told, with the command that closes it; it is used all the same") {
  TokenTest t;
  CHECK(open_to_others(t.config).empty());
  t.sign_in("refresh-1");
  CHECK(open_to_others(t.config).empty());
  const auto entry = t.config.vault_path / account_id(t.config.mailboxes[0]).file_name();
  ::chmod(entry.c_str(), 0644);
  ::chmod(t.config.vault_path.c_str(), 0755);
  const auto open = open_to_others(t.config);
  REQUIRE(open.size() == 2);
  CHECK(open[0].text.find("mode 0755") != std::string::npos);
  CHECK(open[0].advice == "Run: chmod 700 " + t.config.vault_path.string());
  CHECK(open[1].text.find("mode 0644") != std::string::npos);
  CHECK(open[1].advice == "Run: chmod 600 " + entry.string());
  CHECK(t.source().access_token().reveal() == "access-1");
  CHECK(open_to_others(t.config).size() == 1);  // the entry was written anew, for its owner alone
}

TEST_CASE("where sign-ins exist and the key is gone, the advice is the old key, not a new one") {
  TokenTest t;
  const auto key_file = t.folder.path() / "vault.key";
  write_file_atomically(key_file, "a key for the tests\n", 0600);
  t.config.vault_key = {};
  t.config.vault_key.source = config::SecretSource::file;
  t.config.vault_key.name = key_file.string();
  const auto advice = [&]() -> std::string {
    try {
      open_vault(t.config);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::configuration);
      return error.advice();
    }
    return "none";
  };
  t.sign_in("refresh-1");
  CHECK(advice() == "none");
  const auto names_the_old = [&] {
    const std::string text = advice();
    CHECK_MESSAGE(text.find("bring the old key back from a backup") != std::string::npos, text);
    CHECK(text.find("poller login") != std::string::npos);
    CHECK(text.find(": support.") != std::string::npos);
    CHECK(text.find("openssl") == std::string::npos);
  };
  write_file_atomically(key_file, "", 0600);
  names_the_old();
  std::filesystem::remove(key_file);
  names_the_old();
  t.config.vault_key = {};
  names_the_old();
  Vault::forget(t.config.vault_path, account_id(t.config.mailboxes[0]));
  CHECK(advice().find("openssl rand") != std::string::npos);  // nothing is lost by a new one
}

}  // namespace poller::oauth
