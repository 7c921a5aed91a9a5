#include "config/load.h"

#include <doctest/doctest.h>

#include "tests/config/config_files.h"

using namespace poller::config;
using poller::test::ConfigFolder;

TEST_CASE("a mailbox of protocol directory needs name, protocol and path alone") {
  ConfigFolder folder;
  const Loaded loaded = folder.load("version: 1\nmailboxes: [{name: files, protocol: directory, path: mail}]\n");
  CHECK(folder.complaints(loaded).empty());
  REQUIRE(loaded.config.mailboxes.size() == 1);
  const Mailbox& mailbox = loaded.config.mailboxes[0];
  CHECK(mailbox.path == folder.path() / "mail");
  CHECK(mailbox.queue == "support");
  CHECK(loaded.config.sqlite_path == folder.path() / "var/poller.db");
  CHECK(loaded.config.vault_path == folder.path() / "var/tokens");
  CHECK(find_mailbox(loaded.config, "files") == &mailbox);
  CHECK(find_mailbox(loaded.config, "other") == nullptr);
  REQUIRE(find_queue(loaded.config, "support") != nullptr);
  CHECK(find_queue(loaded.config, "support")->number == "T-{id}");
}
