// Operator alerts end to end: a real Dovecot, a real OAuth server, a real SMTP server, and the program itself.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "../support/smtp_server.h"
#include "../support/temp_dir.h"
#include "daemon.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using poller::support::SentMail;
using poller::support::SmtpServer;

namespace {

constexpr const char* kBilling = "billing-alerts@example.test";

SmtpServer& alert_office() {
  static SmtpServer server({oauth().introspection_url(), {{kBilling, "pw"}}});
  return server;
}

// The mailbox `user`, which signs in with OAuth for both, and another one with passwords; both can send.
HomeOptions two_senders(const std::string& user, const std::string& notify) {
  dovecot().set_password(kBilling, "pw");
  auto options = options_for(user);
  const std::string smtp = fmt::format("    smtp: {{host: localhost, port: {}, ca_file: {}, tls: starttls",
                                       alert_office().starttls_port(), alert_office().ca_file().string());
  options.mailbox_keys = fmt::format(
      "{0}, from: {1}}}\n  - name: billing\n    address: {2}\n    auth: password\n    password: {{file: password}}\n"
      "    server: {{host: localhost, port: {3}, ca_file: {4}}}\n{0}, password: {{file: password}}, from: {2}}}\n",
      smtp, user, kBilling, options.port, options.ca_file.string());
  options.more = notify;
  return options;
}

std::vector<SentMail> alerts_to(const std::string& address) {
  std::vector<SentMail> out;
  for (auto& mail : alert_office().mails()) {
    if (mail.to == std::vector<std::string>{address}) out.push_back(mail);
  }
  return out;
}

}  // namespace

TEST_CASE("--once: an operator hears of a needed sign-in through the other mailbox, once, and of its end") {
  const auto user = new_user();
  const std::string ops = "ops-" + user;
  const Home home(two_senders(user, fmt::format("notify: {{to: {}, every: 1h}}\n", ops)),
                  oauth().mint(user).refresh_token);
  CHECK(home.run({"--once"}).exit_code == 0);
  CHECK(alerts_to(ops).empty());
  oauth().revoke(user);
  CHECK(home.run({"--once"}).exit_code == 77);
  CHECK(home.run({"--once"}).exit_code == 77);
  auto told = alerts_to(ops);
  REQUIRE(told.size() == 1);
  CHECK(told[0].from == kBilling);
  CHECK(holds(told[0].data, "Subject: poller: sign-in needed for mailbox support\r\n"));
  CHECK(holds(told[0].data, "poller login support"));
  CHECK(holds(told[0].data, "Auto-Submitted: auto-generated"));
  home.login(oauth().mint(user).refresh_token);
  CHECK(home.run({"--once"}).exit_code == 0);
  CHECK(home.run({"--once"}).exit_code == 0);
  told = alerts_to(ops);
  REQUIRE(told.size() == 2);
  CHECK(holds(told[1].data, "Subject: poller: all clear: sign-in needed for mailbox support\r\n"));
  CHECK(home.count("SELECT count(*) FROM ticket_v1") == 0);
}

TEST_CASE("an alert that its mailbox cannot send goes through the next one in the same run") {
  const auto user = new_user();
  const std::string ops = "ops-" + user;
  Home home(two_senders(user, fmt::format("notify: {{to: {}}}\n", ops)), oauth().mint(user).refresh_token);
  // Larger than the limit: quarantined, and told through the first mailbox, whose sender the server refuses.
  auto options = two_senders(user, fmt::format("notify: {{to: {}}}\n", ops));
  options.mailbox_keys.insert(0, "    max_size: 1KB\n");
  home.configure(options);
  dovecot().deliver(user, "From: a@example.com\r\nSubject: large\r\n\r\n" + std::string(4000, 'x') + "\r\n");
  alert_office().behave(R"({"only": ")" + std::string(kBilling) + R"("})");
  home.run({"--once"});
  const auto told = alerts_to(ops);
  alert_office().behave("{}");
  REQUIRE(told.size() == 1);
  CHECK(told[0].from == kBilling);
  CHECK(holds(told[0].data, "Subject: poller: mail in quarantine"));
  CHECK(home.count("SELECT count(*) FROM outbox WHERE kind = 'alert' AND state = 'cancelled'") == 1);
}

TEST_CASE("the daemon tells by a command, and all is clear when somebody has signed in") {
  const auto user = new_user();
  Home home(two_senders(user, "notify: {command: [./tell], every: 1h}\n"));
  poller::support::write_text(home.path() / "tell", "#!/bin/sh\nhead -n 1 >>told\n");
  std::filesystem::permissions(home.path() / "tell", std::filesystem::perms(0700));
  const auto told = [&] {
    const auto file = home.path() / "told";
    return std::filesystem::exists(file) ? poller::support::read_text(file) : std::string();
  };
  Daemon daemon(home);
  CHECK(eventually([&] { return holds(told(), "poller: sign-in needed for mailbox support\n"); }));
  home.login(oauth().mint(user).refresh_token);
  CHECK(eventually([&] { return holds(told(), "poller: all clear: sign-in needed for mailbox support\n"); }));
  CHECK(daemon.end() < 10);
  CHECK(told() ==
        "poller: sign-in needed for mailbox support\npoller: all clear: sign-in needed for mailbox support\n");
}
