// The test servers themselves: what the other tests build on does what it says, spoken to without any code of poller's.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "../support/dovecot.h"
#include "../support/filters.h"
#include "../support/net.h"
#include "../support/oauth_server.h"
#include "../support/proxy.h"
#include "../support/smtp_server.h"
#include "line_client.h"

using namespace std::chrono_literals;  // NOLINT
using poller::support::DovecotOptions;
using poller::support::Fate;
using poller::support::Fault;
using poller::support::LineClient;
using poller::support::Passage;
using poller::support::xoauth2;
namespace support = poller::support;

namespace {

const std::string kUser = "support@example.test";
const std::string kMail = "From: a@example.test\r\nSubject: hello\r\n\r\nbody line\r\n";

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A proxy that takes TLS off, so that a line client can speak to a TLS port.
support::Proxy without_tls(std::uint16_t port, const support::FilterMaker& maker) {
  support::ProxyOptions options;
  options.server_port = port;
  options.server_tls = true;
  return {options, maker};
}

std::unique_ptr<support::Filter> pass_all(int /*connection*/) { return std::make_unique<support::Filter>(); }

bool signs_in(std::uint16_t port, const std::string& user, const std::string& token) {
  LineClient client(port);
  client.until("* OK");
  const auto answer = client.ask("a AUTHENTICATE XOAUTH2 " + xoauth2(user, token), "");
  if (answer.starts_with("+")) client.ask("", "a ");  // the error, which wants an empty line
  return contains(answer, "a OK") || contains(client.ask("b NAMESPACE", "b "), "b OK");
}

}  // namespace

TEST_CASE("Dovecot: passwords, mails, flags, UIDVALIDITY") {
  support::Dovecot dovecot;
  dovecot.set_password(kUser, "pw");
  dovecot.deliver(kUser, kMail, "INBOX", "", 1'000'000'000);
  dovecot.deliver(kUser, kMail, "Archive", "S");
  const auto proxy = without_tls(dovecot.imaps_port(), pass_all);
  std::string before, after;
  {
    LineClient client(proxy.port());
    CHECK(contains(client.until("* OK"), "* OK"));
    CHECK(contains(client.ask("a LOGIN " + kUser + " pw", "a "), "a OK"));
    before = client.ask("b SELECT INBOX", "b ");
    CHECK(contains(before, "* 1 EXISTS"));
    const auto fetched = client.ask("c UID FETCH 1 (INTERNALDATE BODY[])", "c ");
    CHECK(contains(fetched, kMail));
    CHECK(contains(fetched, "09-Sep-2001"));
    dovecot.deliver(kUser, kMail);
    CHECK(contains(client.ask("d NOOP", "d "), "* 2 EXISTS"));
    client.ask("e LOGOUT", "e ");
  }
  CHECK(dovecot.mails(kUser).size() == 2);
  CHECK(dovecot.mails(kUser)[0].flags == "S");  // BODY[] without PEEK
  CHECK(dovecot.mails(kUser, "Archive").at(0).flags == "S");
  dovecot.change_uidvalidity(kUser);
  LineClient client(proxy.port());
  client.ask("a LOGIN " + kUser + " pw", "a ");
  after = client.ask("b SELECT INBOX", "b ");
  const auto validity = [](const std::string& text) { return text.substr(text.find("UIDVALIDITY"), 24); };
  CHECK(validity(before) != validity(after));
  CHECK(contains(after, "* 2 EXISTS"));
}

TEST_CASE("Dovecot and the OAuth server: a token is good for its user until it expires") {
  support::OAuthServer oauth;
  support::Dovecot dovecot({oauth.introspection_url(), false, "", false});
  const auto proxy = without_tls(dovecot.imaps_port(), pass_all);
  const auto tokens = oauth.mint(kUser);
  CHECK(signs_in(proxy.port(), kUser, tokens.access_token));
  CHECK_FALSE(signs_in(proxy.port(), "other@example.test", tokens.access_token));
  const auto begin = std::chrono::steady_clock::now();
  CHECK_FALSE(signs_in(proxy.port(), kUser, "wrong"));
  CHECK(signs_in(proxy.port(), kUser, tokens.access_token));
  CHECK(std::chrono::steady_clock::now() - begin < 3s);  // no penalty for the wrong one before
  oauth.expire_access_tokens(kUser);
  CHECK_FALSE(signs_in(proxy.port(), kUser, tokens.access_token));
  dovecot.stop();
  CHECK_THROWS(signs_in(dovecot.imaps_port(), kUser, "any"));
  dovecot.start();
  CHECK(signs_in(proxy.port(), kUser, oauth.mint(kUser).access_token));
}

TEST_CASE("the OAuth server: refresh tokens rotate, and one used twice ends the grant") {
  support::OAuthServer oauth;
  const auto refresh = [&](const std::string& token) {
    const auto form = "client_id=poller&grant_type=refresh_token&refresh_token=" + token;
    return support::http_request(oauth.port(), "POST", "/tenant-1/oauth2/v2.0/token", form,
                                 "application/x-www-form-urlencoded");
  };
  const auto next_of = [](const support::HttpAnswer& answer) {
    return nlohmann::json::parse(answer.body).at("refresh_token").get<std::string>();
  };
  const auto first = oauth.mint(kUser).refresh_token;
  const auto second = next_of(refresh(first));
  CHECK(second != first);
  CHECK(refresh(first).status == 400);
  CHECK(refresh(second).status == 400);  // revoked with the grant
  CHECK(oauth.refreshes() == 1);
  CHECK(oauth.requests().size() == 3);

  oauth.set_reuse_detection(false);
  const auto third = oauth.mint(kUser).refresh_token;
  CHECK(refresh(third).status == 200);
  CHECK(refresh(third).status == 200);
  oauth.revoke(kUser);
  CHECK(refresh(third).status == 400);

  oauth.set_fault(R"({"count": 1, "status": 503, "body": "busy"})");
  CHECK(refresh("any").status == 503);
  CHECK(refresh("any").status == 400);
}

TEST_CASE("the browser signs in to a device, or refuses") {
  support::OAuthServer oauth;
  const auto form = [&](const std::string& path, const std::string& body) {
    return nlohmann::json::parse(support::http_request(oauth.port(), "POST", "/tenant-1/oauth2/v2.0/" + path, body,
                                                       "application/x-www-form-urlencoded")
                                     .body);
  };
  for (const bool refuse : {false, true}) {
    const auto device = form("devicecode", "client_id=poller&scope=openid%20offline_access");
    const auto poll = "client_id=poller&grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=" +
                      device.at("device_code").get<std::string>();
    CHECK(form("token", poll).at("error") == "authorization_pending");
    support::browse(device.at("verification_uri_complete"), kUser, refuse);
    const auto answer = form("token", poll);
    CHECK(answer.contains(refuse ? "error" : "refresh_token"));
  }
}

TEST_CASE("the SMTP server keeps mails and misbehaves on demand") {
  support::OAuthServer oauth;
  support::SmtpServer smtp({oauth.introspection_url(), {{kUser, "pw"}}});
  const auto proxy = without_tls(smtp.tls_port(), pass_all);
  const auto send = [&](const std::string& auth) {
    LineClient client(proxy.port());
    client.until("220 ");
    client.ask("EHLO test.example", "250 ");
    std::string all = client.ask("AUTH " + auth, "");
    if (all.starts_with("334")) return all + client.ask("", "535");
    all += client.ask("MAIL FROM:<" + kUser + ">", "");
    all += client.ask("RCPT TO:<b@example.test>", "");
    all += client.ask("DATA", "");
    all += client.ask("Subject: x\r\n\r\n..dot\r\n.", "");
    return all;
  };
  CHECK(contains(send("PLAIN AHN1cHBvcnRAZXhhbXBsZS50ZXN0AHB3"), "2.0.0 OK"));
  CHECK(contains(send("XOAUTH2 " + xoauth2(kUser, oauth.mint(kUser).access_token)), "2.0.0 OK"));
  CHECK(contains(send("XOAUTH2 " + xoauth2(kUser, "wrong")), "535"));
  REQUIRE(smtp.mails().size() == 2);
  CHECK(smtp.mails()[1].data == "Subject: x\r\n\r\n.dot\r\n");
  CHECK(smtp.mails()[1].user == kUser);
  CHECK(smtp.mails()[1].to == std::vector<std::string>{"b@example.test"});
  CHECK(smtp.mails()[1].ehlo == "test.example");
  const auto good = "XOAUTH2 " + xoauth2(kUser, oauth.mint(kUser).access_token);
  smtp.behave(R"({"data": "552 5.3.4 too big"})");
  CHECK(contains(send(good), "552 5.3.4 too big"));
  smtp.behave(R"({"rcpt": {"b@example.test": "550 5.1.1 no such user"}})");
  CHECK(contains(send(good), "550 5.1.1 no such user"));
  smtp.behave(R"({"auth": "535 5.7.139 disabled"})");
  CHECK(contains(send(good), "535 5.7.139 disabled"));
  CHECK(smtp.mails().size() == 2);
  smtp.behave(R"({"lose": "after"})");
  CHECK_FALSE(contains(send(good), "2.0.0 OK"));
  CHECK(smtp.mails().size() == 3);
}

TEST_CASE("a proxy cuts, resets, stalls, slices and garbles") {
  support::Dovecot dovecot;
  const auto greeting = [&](const Fault& fault) {
    const auto proxy = without_tls(
        dovecot.imaps_port(), [fault](int /*connection*/) { return std::make_unique<support::FaultFilter>(fault); });
    auto client = std::make_unique<LineClient>(proxy.port());
    const auto text = client->until("* OK");
    return std::make_pair(text, std::move(client));
  };
  const auto whole = greeting({}).first;
  CHECK(whole.starts_with("* OK ["));
  Fault fault;
  fault.at = 4;
  fault.kind = Fault::Kind::cut;
  const auto [cut, cut_client] = greeting(fault);
  CHECK(cut == "* OK");
  CHECK(cut_client->ended());
  fault.kind = Fault::Kind::reset;
  CHECK(greeting(fault).second->was_reset());
  fault.kind = Fault::Kind::garble;
  const auto garbled = greeting(fault).first;
  CHECK(garbled.size() == whole.size());
  CHECK(garbled != whole);
  fault.kind = Fault::Kind::none;
  fault.slice = 1;
  fault.delay = 1ms;
  CHECK(greeting(fault).first == whole);
}

TEST_CASE("a proxy speaks IMAP for the server") {
  support::Dovecot dovecot;
  dovecot.set_password(kUser, "pw");
  for (int i = 0; i < 3; ++i) dovecot.deliver(kUser, kMail);
  int fetched = 0;
  const auto proxy = without_tls(dovecot.imaps_port(), [&](int /*connection*/) {
    return std::make_unique<support::ImapFilter>(
        [](const std::string& command) -> std::optional<Passage> {
          if (support::word_of(command) != "UID STORE") return std::nullopt;
          return Passage{support::tag_of(command) + " BAD no\r\n", {}};
        },
        [&](const std::string& response) -> std::optional<Passage> {
          if (!contains(response, "FETCH (") || ++fetched < 3) return std::nullopt;
          return Passage{"* BYE enough\r\n", {}, Fate::close};
        });
  });
  LineClient client(proxy.port());
  client.ask("a LOGIN " + kUser + " pw", "a ");
  client.ask("b SELECT INBOX", "b ");
  CHECK(contains(client.ask("c UID STORE 1 +FLAGS (\\Seen)", "c "), "c BAD no"));
  const auto answer = client.ask("d UID FETCH 1:* (BODY.PEEK[])", "d ");
  CHECK(contains(answer, "* 2 FETCH"));
  CHECK(contains(answer, kMail));
  CHECK_FALSE(contains(answer, "* 3 FETCH"));
  CHECK(answer.ends_with("* BYE enough\r\n"));
  CHECK(client.ended());
}
