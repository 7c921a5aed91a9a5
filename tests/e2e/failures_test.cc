// What goes wrong on the way to a server: each ends with its exit code and with advice, and no mail is lost or doubled.
#include <doctest/doctest.h>

#include <string>

#include "../support/filters.h"
#include "../support/mail_maker.h"
#include "../support/proxy.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using poller::support::Fate;
using poller::support::Fault;
using poller::support::FaultFilter;
using poller::support::ImapFilter;
using poller::support::Passage;
using poller::support::Proxy;
using poller::support::ProxyOptions;

namespace {

constexpr const char* kMessages = "SELECT count(*) FROM message_v1 WHERE direction = 'in'";
constexpr const char* kDistinct = "SELECT count(DISTINCT message_id) FROM message_v1 WHERE direction = 'in'";

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

ProxyOptions before_dovecot() {
  ProxyOptions options;
  options.server_port = dovecot().imap_port();
  options.tls = dovecot().ca().server();
  return options;
}

bool is_body(const std::string& response) { return contains(response, " FETCH ") && contains(response, "BODY[]"); }

}  // namespace

TEST_CASE("a grant that is gone: 77, and what to do") {
  const auto user = new_user();
  deliver_mails(user, 2);
  const Home home = signed_in_home(options_for(user));
  oauth().revoke(user);
  const auto result = home.run({"--once"});
  CHECK(result.exit_code == 77);
  CHECK_MESSAGE(contains(result.err, "poller login support"), result.err);
  CHECK(flagged(user, 'S') == 0);
  home.login(oauth().mint(user).refresh_token);
  CHECK(home.once().stored == 2);
}

TEST_CASE("never signed in: 77, and what to do") {
  const auto result = Home(options_for(new_user())).run({"--once"});
  CHECK(result.exit_code == 77);
  CHECK_MESSAGE(contains(result.err, "poller login support"), result.err);
}

TEST_CASE("a token that the mail server refuses: 77") {
  const auto user = new_user();
  const Home home(options_for(user), oauth().mint("somebody.else@example.test").refresh_token);
  const auto result = home.run({"--once"});
  CHECK(result.exit_code == 77);
  CHECK(contains(result.err, "support"));
}

TEST_CASE("a server that is not there: 69; there again: all is well") {
  const auto user = new_user();
  poller::support::Dovecot own({oauth().introspection_url(), false, "", false});
  for (int i = 0; i < 3; ++i) own.deliver(user, poller::support::make_mail(i));
  auto options = options_for(user, own.imaps_port());
  options.ca_file = own.ca_file();
  const Home home = signed_in_home(options);
  own.stop();
  const auto result = home.run({"--once"});
  CHECK_MESSAGE(result.exit_code == 69, result.err);
  own.start();
  CHECK(home.once().stored == 3);
}

TEST_CASE("a certificate that nobody vouches for is refused") {
  const auto user = new_user();
  auto options = options_for(user);
  poller::support::TestCa another;
  options.ca_file = another.ca_file();
  const auto result = signed_in_home(options).run({"--once"});
  CHECK_MESSAGE(result.exit_code != 0, result.err);
  CHECK(contains(result.err, "certificate"));
}

TEST_CASE("the session ends in mid-fetch because the token has expired: one refresh, and on it goes") {
  const auto user = new_user();
  constexpr int kMails = 150;
  deliver_mails(user, kMails);
  bool ended = false;
  const auto end_session = [&] {
    ended = true;
    oauth().expire_access_tokens(user);
  };
  poller::support::FilterMaker maker;
  SUBCASE("by BYE") {
    maker = [&](int /*connection*/) {
      auto bodies = std::make_shared<int>(0);
      return std::make_unique<ImapFilter>(nullptr, [&, bodies](const std::string& response) -> std::optional<Passage> {
        if (ended || !is_body(response) || ++*bodies < 70) return std::nullopt;
        end_session();
        return Passage{"* BYE Session invalidated - AccessTokenExpired\r\n", {}, Fate::close};
      });
    };
  }
  SUBCASE("by a tagged BAD") {
    maker = [&](int connection) {
      auto fetches = std::make_shared<int>(0);
      return std::make_unique<ImapFilter>(
          [&, fetches, connection](const std::string& command) -> std::optional<Passage> {
            const bool body = contains(command, "BODY.PEEK[]") || contains(command, "BODY[]");
            if (connection > 0 || (!ended && (!body || ++*fetches < 2))) return std::nullopt;
            if (!ended) end_session();
            return Passage{poller::support::tag_of(command) + " BAD Session invalidated - AccessTokenExpired\r\n", {}};
          },
          nullptr);
    };
  }
  const Proxy proxy(before_dovecot(), maker);
  const Home home = signed_in_home(options_for(user, proxy.port()));
  const int refreshes_before = oauth().refreshes();
  const auto summary = home.once();
  CHECK(ended);
  CHECK(summary.stored == kMails);
  CHECK(home.count(kMessages) == kMails);
  CHECK(home.count(kDistinct) == kMails);
  CHECK(flagged(user, 'S') == kMails);
  CHECK(proxy.connections() == 2);
  CHECK(oauth().refreshes() - refreshes_before == 2);  // the first token, and the one after the expiry
}

TEST_CASE("a connection that breaks anywhere: the next pass brings the rest, none twice") {
  const auto user = new_user();
  constexpr int kMails = 40;
  deliver_mails(user, kMails);
  Fault fault;
  ProxyOptions raw;
  raw.server_port = dovecot().imaps_port();
  const Proxy proxy(raw, [&](int /*connection*/) { return std::make_unique<FaultFilter>(fault); });
  const Home home = signed_in_home(options_for(user, proxy.port()));
  for (const std::size_t at : {0U, 100U, 2000U, 3000U, 5000U, 20'000U, 60'000U}) {
    fault.at = at;
    fault.kind = at % 2000 == 0 ? Fault::Kind::reset : Fault::Kind::cut;
    const auto result = home.run({"--once"});
    CAPTURE(at);
    CHECK_MESSAGE((result.exit_code == 69 || result.exit_code == 75 || result.exit_code == 0), result.err);
  }
  fault.kind = Fault::Kind::none;
  home.once();
  CHECK(home.count(kMessages) == kMails);
  CHECK(home.count(kDistinct) == kMails);
  CHECK(flagged(user, 'S') == kMails);
}

TEST_CASE("the OAuth server fails for a moment or is away: 75 or 69, never a wrong advice to sign in") {
  const auto user = new_user();
  deliver_mails(user, 1);
  const Home home = signed_in_home(options_for(user));
  oauth().set_fault(R"({"count": 20, "status": 400, "body": "{\"error\": \"temporarily_unavailable\"}"})");
  const auto result = home.run({"--once"});
  oauth().set_fault("null");
  CHECK_MESSAGE((result.exit_code == 75 || result.exit_code == 69), result.err);
  CHECK_FALSE(contains(result.err, "poller login"));
  CHECK(home.once().stored == 1);
}
