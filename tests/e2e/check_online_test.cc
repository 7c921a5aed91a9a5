// `poller check --online`: every step with its result, against real servers and against what Exchange says.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "../support/filters.h"
#include "../support/mail_maker.h"
#include "../support/proxy.h"
#include "../support/smtp_server.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using poller::support::ImapFilter;
using poller::support::Passage;
using poller::support::Proxy;
using poller::support::ProxyOptions;

namespace {

poller::support::SmtpServer& smtp() {
  static poller::support::SmtpServer server({oauth().introspection_url(), {}});
  return server;
}

HomeOptions with_smtp(const std::string& user) {
  HomeOptions options = options_for(user);
  options.mailbox_keys =
      fmt::format("    preset: microsoft365\n    smtp: {{host: localhost, port: {}, tls: starttls, ca_file: {}}}\n",
                  smtp().starttls_port(), smtp().ca_file().string());
  return options;
}

struct Check {
  int exit_code = 0;
  std::string names;  // of the steps, those that failed with a "!" behind
  nlohmann::json steps;
  std::string text;  // detail and advice of the failed ones
};

Check check(const Home& home) {
  const auto result = home.run({"check", "--online", "--json"});
  Check out;
  out.exit_code = result.exit_code;
  const auto lines = json_lines(result.out);
  REQUIRE_MESSAGE(lines.size() == 1, result.out, result.err);
  out.steps = lines[0].at("steps");
  for (const auto& step : out.steps) {
    const bool ok = step.at("ok");
    out.names += (out.names.empty() ? "" : " ") + step.at("step").get<std::string>() + (ok ? "" : "!");
    CHECK(step.at("seconds").is_number());
    if (ok) continue;
    CHECK(step.at("advice").is_string());
    out.text += step.at("detail").get<std::string>() + " / " + step.at("advice").dump() + "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("all is well: nine steps, in order, and no mail is touched") {
  const auto user = new_user();
  deliver_mails(user, 3);
  const Home home = signed_in_home(with_smtp(user));
  const auto found = check(home);
  CHECK_MESSAGE(found.exit_code == 0, found.text);
  CHECK(found.names == "token scopes connect tls sign-in folder smtp-connect smtp-tls smtp-sign-in");
  CHECK(holds(found.steps[1].at("detail"), "IMAP.AccessAsUser.All"));
  CHECK(holds(found.steps[3].at("detail"), "TLSv1."));
  CHECK(holds(found.steps[3].at("detail"), "days left"));
  CHECK(holds(found.steps[5].at("detail"), "INBOX: 3 mails; the largest of the newest 3"));
  CHECK(flagged(user, 'S') == 0);
  CHECK(dovecot().mails(user).size() == 3);
  CHECK(smtp().mails().empty());
  CHECK_FALSE(std::filesystem::exists(home.path() / "var/poller.db"));
  const auto text = home.run({"check", "--online", "support"});
  CHECK(text.exit_code == 0);
  CHECK(holds(text.out, "ok   smtp-sign-in"));
}

TEST_CASE("a token that is refused hides neither the mail server nor SMTP") {
  const auto user = new_user();
  const Home home = signed_in_home(with_smtp(user));
  oauth().revoke(user);
  const auto found = check(home);
  CHECK(found.exit_code == 77);
  CHECK_MESSAGE(found.names == "token! connect tls smtp-connect smtp-tls", found.names, found.text);
  CHECK(holds(found.text, "poller login support"));
}

TEST_CASE("authenticated but not connected: the sign-in has failed, and the PowerShell names both") {
  const auto user = new_user();
  ProxyOptions before;
  before.server_port = dovecot_with_shared_mailboxes().imap_port();
  before.tls = dovecot_with_shared_mailboxes().ca().server();
  const Proxy proxy(before, [](int /*connection*/) {
    return std::make_unique<ImapFilter>(
        [](const std::string& command) -> std::optional<Passage> {
          if (poller::support::word_of(command) != "NAMESPACE") return std::nullopt;
          return Passage{poller::support::tag_of(command) + " BAD User is authenticated but not connected.\r\n", {}};
        },
        nullptr);
  });
  HomeOptions options = options_for(user, proxy.port());
  options.ca_file = dovecot_with_shared_mailboxes().ca_file();
  options.mailbox_keys = "      user: helpdesk@example.test\n    preset: microsoft365\n";
  const Home home(options, oauth().mint("helpdesk@example.test").refresh_token);
  const auto found = check(home);
  CHECK(found.exit_code == 77);
  CHECK(found.names == "token scopes connect tls sign-in!");
  CHECK(holds(found.text, "authenticated but not connected"));
  CHECK(holds(found.text, "Add-MailboxPermission " + user + " -User helpdesk@example.test -AccessRights FullAccess"));
  CHECK(holds(found.text, "Set-CASMailbox " + user + " -ImapEnabled $true"));
}

TEST_CASE("a mailbox that the token is not for: refused at the sign-in") {
  const auto user = new_user();
  HomeOptions options = options_for(user);
  options.mailbox_keys = "      user: somebody@elsewhere.test\n    preset: microsoft365\n";
  const auto found = check(Home(options, oauth().mint("somebody@elsewhere.test").refresh_token));
  CHECK(found.exit_code == 77);
  CHECK(found.names == "token scopes connect tls sign-in!");
  CHECK(holds(found.text, "Add-MailboxPermission"));
}

TEST_CASE("what Exchange's SMTP refuses comes with the PowerShell that mends it") {
  const auto user = new_user();
  const Home home = signed_in_home(with_smtp(user));
  struct Refused {
    const char* behaviour;
    const char* advice;
  };
  for (
      const auto& refused : {
          Refused{
              R"({"auth": "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."})",
              "-SmtpClientAuthenticationDisabled $false"},
          Refused{R"({"auth": "535 5.7.3 Authentication unsuccessful"})", "SMTP.Send"},
          Refused{R"({"auth": "550 5.7.30 Basic authentication is not supported for Client Submission."})",
                  "auth: oauth"},
          Refused{R"({"mail": "550 5.7.60 SMTP; Client does not have permissions to send as this sender"})",
                  "Add-RecipientPermission"},
      }) {
    CAPTURE(refused.behaviour);
    smtp().behave(refused.behaviour);
    const auto found = check(home);
    CHECK(found.names == "token scopes connect tls sign-in folder smtp-connect smtp-tls smtp-sign-in!");
    CHECK(found.exit_code != 0);
    CHECK_MESSAGE(holds(found.text, refused.advice), found.text);
  }
  smtp().behave("{}");
}

TEST_CASE("a shared mailbox that signs in to SMTP itself is sent to its delegate") {
  const auto user = new_user();
  HomeOptions options = options_for(user, dovecot_with_shared_mailboxes().imaps_port());
  options.ca_file = dovecot_with_shared_mailboxes().ca_file();
  options.mailbox_keys = fmt::format(
      "      user: helpdesk@example.test\n    preset: microsoft365\n    smtp: {{host: localhost, port: {}, tls: "
      "implicit, "
      "user: {}, ca_file: {}}}\n",
      smtp().tls_port(), user, smtp().ca_file().string());
  const auto found = check(Home(options, oauth().mint("helpdesk@example.test").refresh_token));
  CHECK(found.exit_code == 77);
  CHECK(found.names == "token scopes connect tls sign-in folder smtp-connect smtp-tls smtp-sign-in!");
  CHECK(holds(found.text, "set smtp.user to helpdesk@example.test"));
}

TEST_CASE("a server that is not there, a certificate of nobody's, a folder that is none") {
  const auto user = new_user();
  auto options = options_for(user, 1);
  Home home = signed_in_home(options);
  auto found = check(home);
  CHECK(found.names == "token scopes connect!");
  CHECK(found.exit_code == 69);
  const poller::support::TestCa another;
  options = options_for(user);
  options.ca_file = another.ca_file();
  home.configure(options);
  found = check(home);
  CHECK(found.names == "token scopes connect tls!");
  CHECK(found.exit_code == 69);
  options = options_for(user);
  options.mailbox_keys = "    folder: Nowhere\n";
  home.configure(options);
  found = check(home);
  CHECK(found.names == "token scopes connect tls sign-in folder!");
  CHECK(found.exit_code == 78);
  CHECK(holds(found.text, "INBOX"));
}

TEST_CASE("POP3, a password and a folder of files have the steps that are theirs; the worst mailbox counts") {
  const auto user = new_user();
  deliver_mails(user, 2);
  dovecot().set_password(user, "pw");
  HomeOptions options = options_for(user, dovecot().pop3s_port());
  options.protocol = "pop3";
  options.after = "keep";
  options.discovery.clear();
  options.mailbox_keys = "  - {name: files, protocol: directory, path: .}\n";
  const Home home(options);
  const auto result = home.run({"check", "--online", "--json"});
  CHECK_MESSAGE(result.exit_code == 0, result.out, result.err);
  const auto lines = json_lines(result.out);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].at("steps").size() == 4);
  CHECK(lines[0].at("steps")[0].at("step") == "connect");
  CHECK(lines[1].at("steps").size() == 1);
  CHECK(lines[1].at("steps")[0].at("step") == "folder");
  CHECK(dovecot().mails(user).size() == 2);
  poller::support::write_text(home.path() / "password", "another\n");
  CHECK(home.run({"check", "--online", "--json"}).exit_code == 77);
  CHECK(home.run({"check", "--online", "files"}).exit_code == 0);
  CHECK(home.run({"check", "--online", "flies"}).exit_code == 64);
}
