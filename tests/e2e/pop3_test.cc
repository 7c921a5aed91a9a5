// Mail by POP3 from a real Dovecot, with tokens and passwords: all of it once, deleted only after the commit.
#include <doctest/doctest.h>

#include <atomic>
#include <string>

#include "../support/mail_maker.h"
#include "../support/proxy.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using poller::support::Fate;
using poller::support::Filter;
using poller::support::Passage;
using poller::support::Proxy;
using poller::support::ProxyOptions;

namespace {

constexpr const char* kIncoming = "SELECT count(*) FROM message_v1 WHERE direction = 'in'";
constexpr const char* kIncomingIds = "SELECT count(DISTINCT message_id) FROM message_v1 WHERE direction = 'in'";

HomeOptions pop3_options(const std::string& user, std::uint16_t port = 0) {
  HomeOptions options = options_for(user, port == 0 ? dovecot().pop3s_port() : port);
  options.protocol = "pop3";
  options.after = "keep";
  return options;
}

ProxyOptions before_pop3() {
  ProxyOptions options;
  options.server_port = dovecot().pop3_port();
  options.tls = dovecot().ca().server();
  return options;
}

/// Sees what the client says.
class CommandFilter final : public Filter {
 public:
  explicit CommandFilter(std::function<Fate(const std::string&)> hook) : hook_(std::move(hook)) {}
  Passage from_client(std::string_view bytes) override {
    const Fate fate = hook_(std::string(bytes));
    return fate == Fate::go_on ? Passage{{}, std::string(bytes)} : Passage{{}, {}, fate};
  }

 private:
  std::function<Fate(const std::string&)> hook_;
};

int left_on_server(const std::string& user) { return static_cast<int>(dovecot().mails(user).size()); }

}  // namespace

TEST_CASE("POP3 with a token: 300 mails, kept on the server, nothing to do the second time") {
  const auto user = new_user();
  deliver_mails(user, 300);
  const Home home = signed_in_home(pop3_options(user));
  const auto first = home.once();
  CHECK(first.stored == 300);
  CHECK(home.count(kIncoming) == 300);
  CHECK(home.count(kIncomingIds) == 300);
  CHECK(left_on_server(user) == 300);
  const auto second = home.once();
  CHECK(second.mails == 0);
  deliver_mails(user, 3, 300);
  CHECK(home.once().stored == 3);
  CHECK(home.count(kIncoming) == 303);
}

TEST_CASE("POP3 with a password, behind STLS") {
  const auto user = new_user();
  deliver_mails(user, 5);
  dovecot().set_password(user, "pw");
  auto options = pop3_options(user, dovecot().pop3_port());
  options.tls = "starttls";
  options.discovery.clear();
  const Home home(options);
  CHECK(home.once().stored == 5);
  const auto line = json_lines(home.run({"--once", "--json"}).out);
  CHECK(line.size() == 1);
}

TEST_CASE("POP3 says which mail it was by its unique-id") {
  const auto user = new_user();
  deliver_mails(user, 1);
  const Home home = signed_in_home(pop3_options(user));
  const auto lines = json_lines(home.run({"--once", "--json"}).out);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].at("uidl").get<std::string>().size() > 5);
  CHECK_FALSE(lines[0].contains("uid"));
}

TEST_CASE("after: delete: no mail is deleted before its every byte is committed, then all are") {
  const auto user = new_user();
  deliver_mails(user, 120);
  Home* watched = nullptr;
  std::atomic<int> deletes{0};
  std::atomic<bool> too_early{false};
  const Proxy proxy(before_pop3(), [&](int /*connection*/) {
    return std::make_unique<CommandFilter>([&](const std::string& bytes) {
      for (auto at = bytes.find("DELE "); at != std::string::npos; at = bytes.find("DELE ", at + 1)) ++deletes;
      if (deletes > 0 && watched != nullptr && watched->count(kIncoming) < deletes) too_early = true;
      return Fate::go_on;
    });
  });
  auto options = pop3_options(user, proxy.port());
  options.after = "delete";
  Home home = signed_in_home(options);
  watched = &home;
  CHECK(home.once().stored == 120);
  CHECK(deletes == 120);
  CHECK_FALSE(too_early);
  CHECK(left_on_server(user) == 0);
  CHECK(home.once().mails == 0);
  CHECK(home.count("SELECT count(*) FROM ledger WHERE state <> 2") == 0);
}

TEST_CASE("cut before QUIT: the mails are still there, are not fetched again, and are deleted by the next pass") {
  const auto user = new_user();
  deliver_mails(user, 40);
  std::atomic<bool> cut{true};
  const Proxy proxy(before_pop3(), [&](int /*connection*/) {
    return std::make_unique<CommandFilter>([&](const std::string& bytes) {
      return cut && bytes.find("QUIT") != std::string::npos ? Fate::reset : Fate::go_on;
    });
  });
  auto options = pop3_options(user, proxy.port());
  options.after = "delete";
  const Home home = signed_in_home(options);
  const auto broken = home.once(75);
  CHECK(broken.stored == 40);
  CHECK(left_on_server(user) == 40);
  CHECK(home.count("SELECT count(*) FROM ledger WHERE state = 2") == 0);
  cut = false;
  const auto second = home.once();
  CHECK(second.mails == 0);
  CHECK(left_on_server(user) == 0);
  CHECK(home.count(kIncoming) == 40);
  CHECK(home.count("SELECT count(*) FROM ledger WHERE state <> 2") == 0);
}

TEST_CASE("too large for POP3's DELE: in quarantine by its header, and it stays on the server") {
  const auto user = new_user();
  deliver_mails(user, 2);
  dovecot().deliver(user, poller::support::make_large_mail(2, 300'000));
  auto options = pop3_options(user);
  options.after = "delete";
  options.mailbox_keys = "    max_size: 200KB\n";
  const Home home = signed_in_home(options);
  const auto first = home.once();
  CHECK(first.stored == 2);
  CHECK(first.quarantined == 1);
  CHECK(left_on_server(user) == 1);
  CHECK(home.once().mails == 0);
  CHECK(left_on_server(user) == 1);
}

TEST_CASE("Exchange's stub over POP3: in quarantine after three passes, not before, and it stays on the server") {
  const auto user = new_user();
  deliver_mails(user, 1);
  dovecot().deliver(
      user,
      "From: \"Microsoft Exchange Server 2016\" <postmaster@example.com>\r\nSubject: Retrieval using the POP3 "
      "protocol failed for the following message: 17\r\nMessage-ID: <stub@example.com>\r\n\r\n"
      "The server couldn't retrieve the following message:\r\n");
  auto options = pop3_options(user);
  options.after = "delete";
  const Home home = signed_in_home(options);
  const auto first = home.run({"--once", "--log-format", "json"});
  REQUIRE_MESSAGE(first.exit_code == 0, first.err);
  bool warned = false;
  for (const auto& line : json_lines(first.err)) {
    if (line.at("level") != "warning") continue;
    warned = true;
    CHECK_MESSAGE(line.at("uid").get<std::string>().size() > 5, first.err);  // the unique-id, and not "0"
  }
  CHECK(warned);
  CHECK(home.once().mails == 0);
  CHECK(home.count("SELECT count(*) FROM ticket_v1") == 1);
  CHECK(home.once().quarantined == 1);
  CHECK(left_on_server(user) == 1);
  CHECK(home.once().mails == 0);
}

TEST_CASE("start: new over POP3 takes what comes after the first pass that could list") {
  const auto user = new_user();
  deliver_mails(user, 3);
  auto options = pop3_options(user);
  options.mailbox_keys = "    start: new\n";
  auto unreachable = options;
  unreachable.port = 1;
  Home home = signed_in_home(unreachable);
  CHECK(home.once(69).mails == 0);
  home.configure(options);
  CHECK(home.once().stored == 0);
  deliver_mails(user, 2, 3);
  CHECK(home.once().stored == 2);
}

TEST_CASE("a refused password over POP3: 77 and advice; nobody there: 69") {
  const auto user = new_user();
  auto options = pop3_options(user);
  options.discovery.clear();
  dovecot().set_password(user, "another");
  const auto refused = Home(options).run({"--once"});
  CHECK_MESSAGE(refused.exit_code == 77, refused.err);
  CHECK(refused.err.find("password") != std::string::npos);
  options.port = 1;
  CHECK(Home(options).run({"--once"}).exit_code == 69);
}

TEST_CASE("the trace shows POP3 without a secret") {
  const auto user = new_user();
  deliver_mails(user, 1);
  dovecot().set_password(user, "pw");
  auto options = pop3_options(user);
  options.discovery.clear();
  const auto result = Home(options).run({"--log-level", "trace", "--once"});
  CHECK(result.exit_code == 0);
  CHECK(result.err.find("PASS ****") != std::string::npos);
  CHECK(result.err.find("PASS pw") == std::string::npos);
  CHECK(result.err.find("RETR 1") != std::string::npos);
  CHECK(result.err.find(" mailbox=support connection=") != std::string::npos);
}
