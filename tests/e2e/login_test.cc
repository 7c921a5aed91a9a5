// Signing in as a person does it: the program in a terminal, a browser elsewhere, several mailboxes of one account.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "../support/smtp_server.h"
#include "daemon.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in

namespace {

constexpr const char* kDelegate = "helpdesk@example.test";

poller::support::SmtpServer& post_office() {
  static poller::support::SmtpServer server({oauth().introspection_url(), {}});
  return server;
}

// "support" and "billing", both read by one delegate, who also sends for "support".
HomeOptions two_mailboxes(const std::string& support, const std::string& billing) {
  auto& shared = dovecot_with_shared_mailboxes();
  HomeOptions options = options_for(support, shared.imaps_port());
  options.ca_file = shared.ca_file();
  options.mailbox_keys = fmt::format(
      "      user: {0}\n    smtp: {{host: localhost, port: {1}, tls: starttls, ca_file: {2}}}\n"
      "  - name: billing\n    address: {3}\n    server: {{host: localhost, port: {4}, ca_file: {5}}}\n"
      "    oauth: {{discovery: {6}, client_id: poller, user: {0}, scopes: ['https://outlook.office.com/SMTP.Send', "
      "'https://outlook.office.com/IMAP.AccessAsUser.All', offline_access]}}\n",
      kDelegate, post_office().starttls_port(), post_office().ca_file().string(), billing, shared.imaps_port(),
      shared.ca_file().string(), oauth().discovery());
  return options;
}

// `poller login` in a home, with what it has printed so far in a file.
class Login {
 public:
  Login(const Home& home, poller::support::Arguments more) : log_(home.path() / "login.log") {
    poller::support::Arguments all{POLLER_BINARY, "login", "support"};
    all.insert(all.end(), more.begin(), more.end());
    poller::support::ProcessOptions options;
    options.folder = home.path();
    child_ = std::make_unique<poller::support::Child>(all, log_, options);
  }
  /// The address that stands on a line by itself.
  std::string address() { return "http" + child_->wait_for_line("http"); }
  std::string text() const { return poller::support::read_text(log_); }
  bool ends() {
    return eventually([this] { return !child_->running(); });
  }

 private:
  std::filesystem::path log_;
  std::unique_ptr<poller::support::Child> child_;
};

}  // namespace

TEST_CASE("one sign-in for two mailboxes and SMTP: named, shared, refreshed once, signed out together") {
  const auto support = new_user(), billing = new_user();
  auto& shared = dovecot_with_shared_mailboxes();
  shared.deliver(support, "Subject: one\r\n\r\nhello\r\n");
  shared.deliver(billing, "Subject: two\r\n\r\nhello\r\n");
  const Home home(two_mailboxes(support, billing));
  Login login(home, {"--no-browser"});
  const std::string address = login.address();
  CHECK(holds(address, "code_challenge_method=S256"));
  CHECK(holds(address, "SMTP.Send"));
  CHECK(holds(address, "POP.AccessAsUser.All"));  // the union of what both mailboxes ask for
  CHECK(holds(address, "login_hint=helpdesk%40example.test"));
  const auto page = poller::support::browse(address, kDelegate);
  CHECK(page.status == 200);
  CHECK(holds(page.text, "support, billing"));
  REQUIRE(login.ends());
  CHECK(holds(login.text(), "signed in: support, billing (for helpdesk@example.test)"));
  CHECK(holds(login.text(), "ssh -L"));

  const auto before = oauth().refreshes();
  const auto both = home.run({"--once"});
  CHECK_MESSAGE(both.exit_code == 0, both.err);
  CHECK(home.count("SELECT count(*) FROM message_v1 WHERE direction = 'in'") == 2);
  CHECK(oauth().refreshes() == before + 1);
  const auto checked = home.run({"check", "--online", "--json"});
  CHECK_MESSAGE(checked.exit_code == 0, checked.out);
  CHECK(json_lines(checked.out).size() == 2);
  CHECK(oauth().refreshes() == before + 2);

  const auto refused = home.run({"logout", "billing"});
  CHECK(refused.exit_code == 64);
  CHECK(holds(refused.err, "support, billing"));
  CHECK(holds(refused.err, "--all-mailboxes"));
  const auto gone = home.run({"logout", "billing", "--all-mailboxes", "--json"});
  CHECK(gone.exit_code == 0);
  CHECK(json_lines(gone.out).at(0).at("signed_out").size() == 2);
  CHECK(home.run({"--once"}).exit_code == 77);
  const auto status = json_lines(home.run({"status", "--json"}).out).at(0);
  for (const auto& mailbox : status.at("mailboxes")) CHECK(mailbox.at("state") == "sign-in needed");
}

TEST_CASE("a permission that the configuration came to want after the sign-in: check says to sign in again") {
  const auto user = new_user();
  const Home home(options_for(user));
  Login login(home, {"--no-browser"});
  const auto page = poller::support::browse(login.address(), user);
  CHECK_MESSAGE(holds(page.text, "Granted to poller: reading mail. Mailboxes: support."), page.text);
  REQUIRE(login.ends());
  const auto file = home.path() / "poller.yaml";
  std::string text = poller::support::read_text(file);
  const std::string last = "        - offline_access\n";
  text.insert(text.find(last), "        - https://outlook.office.com/SMTP.Send\n");
  poller::support::write_text(file, text);
  const auto checked = home.run({"check", "--online"});
  CHECK(checked.exit_code == 77);
  CHECK_MESSAGE(holds(checked.out, "Not asked for when the user signed in: SMTP.Send"), checked.out);
  CHECK(holds(checked.out, "`poller login support`"));
  CHECK_FALSE(holds(checked.out, "app registration"));
}

TEST_CASE("a refresh token whose provider is down: not called signed in, and never in the place of one that works") {
  const auto user = new_user();
  const Home home = signed_in_home(options_for(user));
  const auto config = home.path() / "poller.yaml", token = home.path() / "token";
  const std::string good = poller::support::read_text(config);
  poller::support::write_text(token, oauth().mint(user).refresh_token);
  std::filesystem::permissions(token, std::filesystem::perms(0600));
  std::string down = good;
  const std::string url = oauth().discovery();
  down.replace(down.find(url), url.size(), "http://127.0.0.1:9/.well-known/openid-configuration");
  poller::support::write_text(config, down);
  const auto untried = home.run({"login", "support", "--refresh-token-file", "token"});
  CHECK(untried.exit_code == 0);  // another provider: there is no sign-in yet
  CHECK_MESSAGE(holds(untried.out, "not signed in yet: support"), untried.out);
  CHECK_FALSE(holds(untried.out, "signed in: "));
  const auto again = home.run({"login", "support", "--refresh-token-file", "token", "--json"});
  CHECK(again.exit_code == 69);  // now there is one
  CHECK_MESSAGE(holds(again.err, "could not be tried and is not kept"), again.err);
  CHECK(home.run({"logout", "support"}).exit_code == 0);
  const auto line = json_lines(home.run({"login", "support", "--refresh-token-file", "token", "--json"}).out).at(0);
  CHECK(line.at("signed_in").empty());
  CHECK(line.at("untried").at(0) == "support");
  CHECK(line.at("tried") == false);
  poller::support::write_text(config, good);
  CHECK(home.run({"--once"}).exit_code == 0);
}

TEST_CASE("declined in the browser: 77, and nothing is signed in") {
  const Home home(options_for(new_user()));
  Login login(home, {"--no-browser"});
  const auto page = poller::support::browse(login.address(), "somebody@example.test", true);
  CHECK(page.status == 400);
  CHECK(holds(page.text, "Not signed in"));
  REQUIRE(login.ends());
  CHECK(holds(login.text(), "access_denied"));
  CHECK(home.run({"--once"}).exit_code == 77);
}

TEST_CASE("device code: address and code each on a line by itself, and a plain word on what tenants block") {
  const auto user = new_user();
  const Home home(options_for(user));
  Login login(home, {"--device"});
  const std::string address = login.address();
  REQUIRE(eventually([&] { return holds(login.text(), address + "\n"); }));
  std::string rest;
  REQUIRE(eventually([&] {
    const std::string text = login.text();
    rest = text.substr(text.find(address + "\n") + address.size() + 1);
    return rest.find('\n') != std::string::npos;
  }));
  const std::string code = rest.substr(0, rest.find('\n'));
  CHECK(code.find(' ') == std::string::npos);
  CHECK(holds(login.text(), "Many tenants block device codes"));
  poller::support::browse(address + "?user_code=" + code, user);
  REQUIRE(login.ends());
  CHECK_MESSAGE(holds(login.text(), "signed in: support"), login.text());
}

TEST_CASE("login --json: standard output is JSON alone, what a person must do stands on standard error") {
  const auto user = new_user();
  const Home home(options_for(user));
  for (const char* way : {"--device", "--no-browser"}) {
    CAPTURE(way);
    poller::support::ProcessOptions options;
    options.folder = home.path();
    const auto out = home.path() / (std::string(way) + ".out"), log_file = home.path() / (std::string(way) + ".log");
    // The shell keeps the two apart; the log has standard error alone.
    poller::support::Child child(
        {"sh", "-c", "exec \"$0\" login support --json \"$1\" > \"$2\"", POLLER_BINARY, way, out}, log_file, options);
    const std::string address = "http" + child.wait_for_line("http");
    CHECK(poller::support::read_text(out).empty());
    if (std::string(way) == "--device") {
      const auto log = [&] { return poller::support::read_text(log_file); };
      const auto code_begin = [&] { return log().find(address + "\n") + address.size() + 1; };
      REQUIRE(eventually([&] { return log().find('\n', code_begin()) != std::string::npos; }));
      const std::string code = log().substr(code_begin(), log().find('\n', code_begin()) - code_begin());
      poller::support::browse(address + "?user_code=" + code, user);
    } else {
      poller::support::browse(address, user);
    }
    REQUIRE(eventually([&] { return !child.running(); }));
    const std::string text = poller::support::read_text(out);
    const auto lines = json_lines(text);
    REQUIRE_MESSAGE(lines.size() == 1, text);
    CHECK(lines[0].at("signed_in").at(0) == "support");
    CHECK(lines[0].at("user").is_null());  // this provider does not say who it was
    CHECK(lines[0].at("expected_user") == user);
    CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  }
}

TEST_CASE("one mailbox whose grant is gone does not hold up the other; status says since when") {
  const auto good = new_user(), bad = new_user();
  deliver_mails(good, 2);
  HomeOptions options = options_for(bad);
  options.mailbox_keys = fmt::format(
      "  - name: other\n    address: {}\n    server: {{host: localhost, port: {}, ca_file: {}}}\n"
      "    oauth: {{discovery: {}, client_id: poller, scopes: [offline_access]}}\n",
      good, dovecot().imaps_port(), dovecot().ca_file().string(), oauth().discovery());
  const Home home(options, oauth().mint(bad).refresh_token);
  const auto file = home.path() / "token";
  poller::support::write_text(file, oauth().mint(good).refresh_token);
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  REQUIRE(home.run({"login", "other", "--refresh-token-file", "token"}).exit_code == 0);
  oauth().revoke(bad);
  const auto asked = oauth().requests().size();
  for (int i = 0; i < 3; ++i) CHECK(home.run({"--once"}).exit_code == 77);
  CHECK(oauth().requests().size() == asked + 1 + 3);  // the dead grant once, the good one by each process
  CHECK(home.count("SELECT count(*) FROM message_v1 WHERE direction = 'in'") == 2);
  const auto mailboxes = json_lines(home.run({"status", "--json"}).out).at(0).at("mailboxes");
  CHECK(mailboxes[0].at("state") == "sign-in needed");
  CHECK(mailboxes[0].at("since").is_string());
  CHECK(mailboxes[0].at("token_days_left") == 0);
  CHECK(mailboxes[1].at("state") == "ok");
  CHECK(mailboxes[1].at("token_days_left") >= 0);
  CHECK(holds(home.run({"status"}).out, "sign-in needed since 20"));
  home.login(oauth().mint(bad).refresh_token);
  CHECK(json_lines(home.run({"status", "--json"}).out).at(0).at("mailboxes")[0].at("state") == "ok");
}

TEST_CASE("vault rekey: the old key by a file, interrupted or not; a changed entry is refused and stays") {
  const auto user = new_user();
  const Home home = signed_in_home(options_for(user));
  std::filesystem::rename(home.path() / "vault.key", home.path() / "old.key");
  poller::support::write_text(home.path() / "vault.key", "another key\n");
  std::filesystem::permissions(home.path() / "vault.key", std::filesystem::perms(0600));
  const auto sealed = home.run({"--once"});
  CHECK(sealed.exit_code == 78);
  const auto advice = sealed.err.find("vault rekey --old-key-file");
  CHECK(advice != std::string::npos);
  CHECK_MESSAGE(sealed.err.find("vault rekey --old-key-file", advice + 1) == std::string::npos, sealed.err);
  CHECK(home.run({"vault", "rekey"}).exit_code == 64);
  CHECK(home.run({"vault", "rekey", "--old-key-file", "vault.key"}).exit_code == 78);
  const auto none = home.run({"vault", "rekey", "--old-key-file", "none"});
  CHECK(none.exit_code == 78);
  CHECK_MESSAGE(holds(none.err, "bring the old key back from a backup"), none.err);
  CHECK_FALSE(holds(none.err, "openssl"));
  const auto done = home.run({"vault", "rekey", "--old-key-file", "old.key", "--json"});
  CHECK_MESSAGE(done.exit_code == 0, done.err);
  CHECK(json_lines(done.out).at(0).at("rekeyed") == 1);
  CHECK(home.run({"--once"}).exit_code == 0);
  CHECK(json_lines(home.run({"vault", "rekey", "--old-key-file", "old.key", "--json"}).out).at(0).at("rekeyed") == 0);
  CHECK_FALSE(holds(home.run({"check"}).out, "chmod"));
  for (const auto& item : std::filesystem::directory_iterator(home.path() / "var/tokens")) {
    if (item.path().extension() == ".token") std::filesystem::permissions(item.path(), std::filesystem::perms(0644));
  }
  const auto checked = home.run({"check"});
  CHECK(checked.exit_code == 0);
  CHECK_MESSAGE(holds(checked.out, "Run: chmod 600 "), checked.out);
  const auto opened = home.run({"--once"});
  CHECK(opened.exit_code == 0);
  CHECK_MESSAGE(holds(opened.err, "Run: chmod 600 "), opened.err);
  for (const auto& item : std::filesystem::directory_iterator(home.path() / "var/tokens")) {
    if (item.path().extension() != ".token") continue;
    std::string bytes = poller::support::read_text(item.path());
    bytes[bytes.find("\"sealed\":\"") + 20] ^= 1;
    poller::support::write_text(item.path(), bytes);
    const auto refused = home.run({"--once"});
    CHECK(refused.exit_code == 77);
    CHECK_MESSAGE(holds(refused.err, "altered or damaged"), refused.err);
    CHECK(poller::support::read_text(item.path()) == bytes);
  }
}
