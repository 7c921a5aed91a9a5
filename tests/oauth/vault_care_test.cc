// The vault in other than the best of states: open to others, or its key gone.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "oauth/account.h"
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

}  // namespace poller::oauth
