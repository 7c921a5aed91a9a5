#include "config/presets.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "config/load.h"
#include "tests/config/config_files.h"

using namespace poller::config;
using poller::test::ConfigFolder;
using Scopes = std::vector<std::string>;

namespace {

constexpr const char* kIds =
    "oauth: {tenant: 00000000-0000-0000-0000-00000000000a, client_id: 11111111-1111-1111-1111-111111111111}";

/// The mailbox that these keys make, loaded without an error.
Mailbox mailbox_of(const std::string& keys) {
  const ConfigFolder folder;
  const Loaded loaded =
      folder.load("vault: {key: {env: KEY}}\nmailboxes:\n  - {name: a, address: support@contoso.com, " + keys + "}\n");
  std::string errors;
  for (const Complaint& complaint : loaded.complaints) {
    const bool not_yet = complaint.text.find("not in this version") != std::string::npos;
    if (complaint.severity == Complaint::Severity::error && !not_yet) errors += to_string(complaint) + "\n";
  }
  INFO(keys);
  CHECK(errors.empty());
  REQUIRE(loaded.config.mailboxes.size() == 1);
  return loaded.config.mailboxes[0];
}

}  // namespace

TEST_CASE("microsoft365 over IMAP") {
  const Mailbox mailbox = mailbox_of(std::string("preset: microsoft365, ") + kIds);
  CHECK(mailbox.protocol == Protocol::imap);
  CHECK(mailbox.auth == Auth::oauth);
  CHECK(mailbox.server.host == "outlook.office365.com");
  CHECK(mailbox.server.port == 993);
  CHECK(mailbox.server.tls == Tls::implicit);
  CHECK(mailbox.user == "support@contoso.com");
  CHECK(mailbox.oauth.user == "support@contoso.com");
  CHECK(mailbox.oauth.authority == "https://login.microsoftonline.com");
  CHECK(mailbox.oauth.discovery.empty());
  CHECK(mailbox.oauth.redirect == "http://localhost");
  CHECK(mailbox.oauth.scopes == Scopes{"https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"});
  CHECK_FALSE(mailbox.smtp);
}

TEST_CASE("microsoft365 over POP3 keeps mail on the server") {
  const Mailbox mailbox = mailbox_of(std::string("preset: microsoft365, protocol: pop3, ") + kIds);
  CHECK(mailbox.server.host == "outlook.office365.com");
  CHECK(mailbox.server.port == 995);
  CHECK(mailbox.after.action == AfterAction::keep);
  CHECK(mailbox.oauth.scopes == Scopes{"https://outlook.office.com/POP.AccessAsUser.All", "offline_access"});
}

TEST_CASE("sending asks for its own scope, and signs in as the one who signed in") {
  const Mailbox mailbox = mailbox_of(
      "preset: microsoft365, oauth: {tenant: contoso.com, client_id: "
      "11111111-1111-1111-1111-111111111111, user: helpdesk@contoso.com}, smtp: {}");
  REQUIRE(mailbox.smtp);
  CHECK(mailbox.smtp->server.host == "smtp.office365.com");
  CHECK(mailbox.smtp->server.port == 587);
  CHECK(mailbox.smtp->server.tls == Tls::starttls);
  CHECK(mailbox.smtp->user == "helpdesk@contoso.com");
  CHECK(mailbox.smtp->from == "support@contoso.com");
  CHECK(mailbox.smtp->ehlo == "contoso.com");
  CHECK(mailbox.oauth.scopes == Scopes{"https://outlook.office.com/IMAP.AccessAsUser.All",
                                       "https://outlook.office.com/SMTP.Send", "offline_access"});
}

TEST_CASE("SMTP with a password of its own needs no scope") {
  const Mailbox mailbox = mailbox_of(std::string("preset: microsoft365, smtp: {password: {env: P}}, ") + kIds);
  CHECK(mailbox.oauth.scopes == Scopes{"https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access"});
}

TEST_CASE("the national clouds") {
  const auto cloud = [](const char* preset) { return mailbox_of(std::string("preset: ") + preset + ", " + kIds); };
  const Mailbox high = cloud("microsoft365-gcc-high");
  CHECK(high.server.host == "outlook.office365.us");
  CHECK(high.oauth.authority == "https://login.microsoftonline.us");
  CHECK(high.oauth.scopes[0] == "https://outlook.office365.us/IMAP.AccessAsUser.All");
  const Mailbox dod = cloud("microsoft365-dod");
  CHECK(dod.server.host == "outlook-dod.office365.us");
  CHECK(dod.oauth.authority == "https://login.microsoftonline.us");
  const Mailbox china = cloud("microsoft365-china");
  CHECK(china.server.host == "partner.outlook.cn");
  CHECK(china.oauth.authority == "https://login.partner.microsoftonline.cn");
  CHECK(china.oauth.scopes[0] == "https://partner.outlook.cn/IMAP.AccessAsUser.All");
}

TEST_CASE("gmail") {
  const Mailbox mailbox = mailbox_of("preset: gmail, oauth: {client_id: x.apps.googleusercontent.com}, smtp: {}");
  CHECK(mailbox.server.host == "imap.gmail.com");
  CHECK(mailbox.oauth.authority.empty());
  CHECK(mailbox.oauth.discovery == "https://accounts.google.com/.well-known/openid-configuration");
  CHECK(mailbox.oauth.scopes == Scopes{"https://mail.google.com/"});
  CHECK(mailbox.smtp->server.host == "smtp.gmail.com");
  CHECK(mailbox_of("preset: gmail, protocol: pop3, oauth: {client_id: x}").server.host == "pop.gmail.com");
}

TEST_CASE("what is written wins over the preset") {
  const Mailbox mailbox = mailbox_of(
      "preset: microsoft365, server: {host: 127.0.0.1, port: 10143, ca_file: ca.pem}, smtp: {host: localhost, port: "
      "465}, "
      "oauth: {client_id: poller, discovery: \"http://127.0.0.1:9000/oidc\", scopes: [mail, smtp]}");
  CHECK(mailbox.server.host == "127.0.0.1");
  CHECK(mailbox.server.port == 10143);
  CHECK(mailbox.server.tls == Tls::implicit);
  CHECK(mailbox.smtp->server.tls == Tls::implicit);
  CHECK(mailbox.smtp->server.ca_file == mailbox.server.ca_file);
  CHECK(mailbox.oauth.discovery == "http://127.0.0.1:9000/oidc");
  CHECK(mailbox.oauth.scopes == Scopes{"mail", "smtp", "offline_access"});
  const Mailbox authority = mailbox_of("preset: gmail, oauth: {client_id: x, tenant: t, authority: \"https://a/\"}");
  CHECK(authority.oauth.discovery.empty());
  CHECK(authority.oauth.authority == "https://a");
}

TEST_CASE("any other server") {
  const Mailbox mailbox =
      mailbox_of("server: {host: mail.example.org, tls: starttls}, password: {env: P}, smtp: {host: s}");
  CHECK(mailbox.auth == Auth::password);
  CHECK(mailbox.server.port == 143);
  CHECK(mailbox.smtp->user == "support@contoso.com");
  CHECK(mailbox.smtp->password.name == "P");
  CHECK(mailbox_of("server: {host: h, port: 143}, password: {env: P}").server.tls == Tls::starttls);
  CHECK(mailbox_of("protocol: pop3, server: {host: h, tls: starttls}, password: {env: P}").server.port == 110);
}
