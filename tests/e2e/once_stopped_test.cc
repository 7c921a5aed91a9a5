// SIGTERM to `poller --once`: the mail in hand is finished where it comes soon, then it ends, and says that there is
// more to do.
#include <doctest/doctest.h>

#include "../support/filters.h"
#include "../support/mail_maker.h"
#include "../support/proxy.h"
#include "daemon.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using poller::support::FaultFilter;
using std::chrono::seconds;

namespace {

/// `poller --once` in a home, its exit code at the end of its log.
class Once {
 public:
  explicit Once(const Home& home)
      : log_(home.path() / "once.log"),
        child_({"/bin/sh", "-c",
                "\"$0\" --once & p=$!; trap 'kill -TERM $p' TERM; wait $p; code=$?; "
                "while kill -0 $p 2>/dev/null; do wait $p; code=$?; done; echo \"code=$code\"",
                POLLER_BINARY},
               log_, in(home)) {}

  [[nodiscard]] std::string log() const { return poller::support::read_text(log_); }
  /// SIGTERM; the seconds it took to end.
  double end() {
    const auto start = std::chrono::steady_clock::now();
    child_.signal(SIGTERM);
    eventually([this] { return !child_.running(); }, seconds(90));
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

 private:
  static poller::support::ProcessOptions in(const Home& home) {
    poller::support::ProcessOptions out;
    out.folder = home.path();
    return out;
  }

  std::filesystem::path log_;
  poller::support::Child child_;
};

}  // namespace

TEST_CASE("a server that stalls in mid-fetch holds up no end; the next pass brings the rest") {
  const auto user = new_user();
  constexpr int kMails = 40;
  deliver_mails(user, kMails);
  poller::support::Fault fault;
  fault.kind = poller::support::Fault::Kind::stall;
  fault.at = 30'000;
  poller::support::ProxyOptions raw;
  raw.server_port = dovecot().imaps_port();
  const poller::support::Proxy proxy(raw, [&](int) { return std::make_unique<FaultFilter>(fault); });
  const Home home = signed_in_home(options_for(user, proxy.port()));
  Once once(home);
  std::this_thread::sleep_for(seconds(3));
  const double took = once.end();
  CHECK_MESSAGE(took < 40, once.log());
  CHECK_MESSAGE(holds(once.log(), "code=75"), once.log());
  fault.kind = poller::support::Fault::Kind::none;
  home.once();
  CHECK(home.count("SELECT count(DISTINCT message_id) FROM message_v1 WHERE direction = 'in'") == kMails);
  CHECK(home.count(kIncomingCount) == kMails);
  CHECK(flagged(user, 'S') == kMails);
}

TEST_CASE("a slow server: what arrives soon is finished and told to it") {
  const auto user = new_user();
  constexpr int kMails = 250;  // more than are asked for ahead: those come all the same
  for (int i = 0; i < kMails; ++i) dovecot().deliver(user, poller::support::make_large_mail(i, 20'000));
  poller::support::Fault slow;
  slow.slice = 20'000;
  slow.delay = std::chrono::milliseconds(50);
  poller::support::ProxyOptions raw;
  raw.server_port = dovecot().imaps_port();
  const poller::support::Proxy proxy(raw, [&](int) { return std::make_unique<FaultFilter>(slow); });
  const Home home = signed_in_home(options_for(user, proxy.port()));
  Once once(home);
  REQUIRE(eventually([&] { return home.count(kIncomingCount) > 0; }));
  CHECK(once.end() < 25);
  CHECK_MESSAGE(holds(once.log(), "code=75"), once.log());
  const long stored = home.count(kIncomingCount);
  CHECK(stored < kMails);
  CHECK(flagged(user, 'S') == stored);
  slow.slice = 0;
  slow.delay = std::chrono::milliseconds(0);
  home.once();
  CHECK(home.count(kIncomingCount) == kMails);
}
