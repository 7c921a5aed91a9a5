// A sign-in that cannot be read from the vault stops the mailboxes of its account alone.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "../support/process.h"
#include "config/config.h"
#include "daemon.h"
#include "home.h"
#include "oauth/account.h"

using namespace poller::e2e;
namespace fs = std::filesystem;

namespace {

constexpr const char* kTenant = "00000000-0000-4000-8000-00000000000a";
constexpr const char* kClient = "11111111-1111-4111-8111-111111111111";

/// Two mailboxes: one signs in at Entra, after it a drop folder with one mail. The place of the sign-in is taken by a
/// folder, which root cannot read either; nobody is asked for anything.
class TwoMailboxes {
 public:
  TwoMailboxes() {
    fs::create_directories(home_.path() / "mail");
    poller::support::write_text(home_.path() / "poller.yaml",
                                std::string("version: 1\nstorage: sqlite:var/poller.db\n"
                                            "vault: {path: tokens, key: {file: key}}\nmailboxes:\n"
                                            "  - name: cloud\n    preset: microsoft365\n    poll_every: 1s\n"
                                            "    address: support@contoso.com\n    oauth: {tenant: ") +
                                    kTenant + ", client_id: " + kClient +
                                    "}\n  - {name: files, protocol: directory, path: mail, poll_every: 1s}\n");
    poller::support::write_text(home_.path() / "key", "a key for the tests, and long enough\n");
    fs::permissions(home_.path() / "key", fs::perms(0600));
    poller::config::Mailbox cloud;
    cloud.address = "support@contoso.com";
    cloud.oauth.authority = "https://login.microsoftonline.com";
    cloud.oauth.tenant = kTenant;
    cloud.oauth.client_id = kClient;
    fs::create_directories(home_.path() / "tokens" / poller::oauth::account_id(cloud).file_name());
    fs::permissions(home_.path() / "tokens", fs::perms(0700));
    poller::support::write_text(home_.path() / "mail/1.eml", "From: a@example.test\nSubject: one\n\nhello\n");
  }
  [[nodiscard]] const Home& home() const { return home_; }

 private:
  Home home_{HomeOptions{}};
};

}  // namespace

TEST_CASE("--once goes on with the next mailbox where a sign-in cannot be read, and says so by its exit code") {
  const TwoMailboxes two;
  const auto result = two.home().run({"--once"});
  CHECK(result.exit_code == 74);
  CHECK_MESSAGE(holds(result.out, "cloud: failed: "), result.out);
  CHECK_MESSAGE(holds(result.err, "must be able to read the vault's folder"), result.err);
  CHECK(two.home().count(kIncomingCount) == 1);
}

TEST_CASE("the daemon goes on with the other mailboxes where a sign-in cannot be read") {
  const TwoMailboxes two;
  Daemon daemon(two.home());
  REQUIRE(eventually([&] { return daemon.says("kind=vault"); }));
  CHECK(eventually([&] { return two.home().count(kIncomingCount) == 1; }));
  poller::support::write_text(two.home().path() / "mail/2.eml", "From: a@example.test\nSubject: two\n\nhello\n");
  CHECK(eventually([&] { return two.home().count(kIncomingCount) == 2; }));
  CHECK(daemon.running());
  const auto status = two.home().run({"status", "--json"});
  CHECK_MESSAGE(holds(status.out, R"("name":"cloud","state":"error")"), status.out);
  CHECK_MESSAGE(holds(status.out, R"("name":"files","state":"ok")"), status.out);
  CHECK(daemon.end() < 10);
}
