// A token that the mail server refuses although its time is not over: revoked, or of a sign-in that was replaced.
#include <doctest/doctest.h>

#include <chrono>

#include "daemon.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using std::chrono::seconds;

namespace {

HomeOptions by_schedule(const std::string& user) {
  auto options = options_for(user);
  options.mailbox_keys = "    poll_every: 1s\n    idle: false\n";
  return options;
}

bool stored(const Home& home, long count) {
  return eventually([&] { return home.count(kIncomingCount) == count; }, seconds(30));
}

}  // namespace

TEST_CASE("a running daemon gets another token where the one it has is refused") {
  const auto user = new_user();
  const Home home = signed_in_home(by_schedule(user));
  deliver_mails(user, 1);
  Daemon daemon(home);
  REQUIRE(stored(home, 1));
  oauth().expire_access_tokens(user);
  deliver_mails(user, 1, 1);
  CHECK_MESSAGE(stored(home, 2), daemon.log());
  CHECK(daemon.says("the token was refused: trying with a new one"));
}

TEST_CASE("signed in as the wrong person, then as the right one: the daemon goes on by itself") {
  const auto user = new_user(), somebody = new_user();
  const Home home(by_schedule(user), oauth().mint(somebody).refresh_token);
  deliver_mails(user, 2);
  Daemon daemon(home);
  const auto state = [&]() -> std::string {
    const auto lines = json_lines(home.run({"status", "--json"}).out);  // none while the daemon makes its storage
    return lines.empty() ? "" : lines[0].at("mailboxes")[0].at("state").get<std::string>();
  };
  REQUIRE_MESSAGE(eventually([&] { return state() == "sign-in needed"; }), daemon.log());
  CHECK(home.count(kIncomingCount) == 0);
  home.login(oauth().mint(user).refresh_token);
  CHECK_MESSAGE(stored(home, 2), daemon.log());
  CHECK(eventually([&] { return state() == "ok"; }));
}
