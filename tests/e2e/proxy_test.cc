// Through a network's proxy: tokens, IMAP, POP3 and SMTP.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "../support/net.h"
#include "../support/scripted_server.h"
#include "../support/smtp_server.h"
#include "../support/tunnel_proxy.h"
#include "base/error.h"
#include "lib/curl/https.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using poller::support::TunnelProxy;

namespace {

poller::support::SmtpServer& relay() {
  static poller::support::SmtpServer server({oauth().introspection_url(), {}});
  return server;
}

HomeOptions proxied(const std::string& user, const std::string& proxy) {
  HomeOptions options = options_for(user);
  options.mailbox_keys = fmt::format("    smtp: {{host: localhost, port: {}, tls: starttls, user: {}, ca_file: {}}}\n",
                                     relay().starttls_port(), user, relay().ca_file().string());
  if (!proxy.empty()) options.more = "proxy: " + proxy + "\n";
  return options;
}

bool went_through(const TunnelProxy& proxy, std::uint16_t port) {
  const auto asked = proxy.asked();
  return std::any_of(asked.begin(), asked.end(),
                     [&](const std::string& target) { return target.ends_with(":" + std::to_string(port)); });
}

}  // namespace

TEST_CASE("IMAP, POP3 and SMTP go through the proxy, whatever its kind") {
  for (const char* kind : {"http", "socks5", "socks5h"}) {
    CAPTURE(kind);
    const TunnelProxy proxy;
    const auto user = new_user();
    deliver_mails(user, 2);
    auto options = proxied(user, fmt::format("{}://127.0.0.1:{}", kind, proxy.port()));
    Home home = signed_in_home(options);
    CHECK(home.once().stored == 2);
    const auto result = home.run({"check", "--online"});
    CHECK_MESSAGE(result.exit_code == 0, result.out, result.err);
    CHECK(went_through(proxy, dovecot().imaps_port()));
    CHECK(went_through(proxy, relay().starttls_port()));
    options.protocol = "pop3";
    options.port = dovecot().pop3s_port();
    options.after = "keep";
    home.configure(options);
    CHECK(home.run({"check", "--online"}).exit_code == 0);
    CHECK(went_through(proxy, dovecot().pop3s_port()));
  }
}

TEST_CASE("without `proxy` the environment's is used, except for what no_proxy names") {
  const TunnelProxy proxy;
  const auto user = new_user();
  const Home home = signed_in_home(proxied(user, ""));
  const std::string url = fmt::format("http://127.0.0.1:{}", proxy.port());
  CHECK(home.run({"check", "--online"}, {{"HTTPS_PROXY", url}, {"NO_PROXY", "localhost"}}).exit_code == 0);
  CHECK(proxy.asked().empty());
  CHECK(home.run({"check", "--online"}, {{"HTTPS_PROXY", url}, {"NO_PROXY", "elsewhere.test"}}).exit_code == 0);
  CHECK(went_through(proxy, dovecot().imaps_port()));
  CHECK(went_through(proxy, relay().starttls_port()));
  const auto before = proxy.asked().size();
  CHECK(home.run({"check", "--online"}, {{"all_proxy", url}}).exit_code == 0);
  CHECK(proxy.asked().size() == before + 2);
}

TEST_CASE("a proxy that refuses, or wants a name, is named; it is not the mail server's fault") {
  TunnelProxy proxy;
  proxy.refuse(true);
  const auto user = new_user();
  Home home = signed_in_home(proxied(user, fmt::format("http://127.0.0.1:{}", proxy.port())));
  auto result = home.run({"check", "--online"});
  CHECK(result.exit_code == 69);
  CHECK_MESSAGE(result.out.find("FAIL connect") != std::string::npos, result.out);
  CHECK(result.out.find("the proxy did not connect") != std::string::npos);
  proxy.refuse(false);
  proxy.want("poller:secret");
  result = home.run({"check", "--online"});
  CHECK(result.exit_code == 69);
  CHECK(result.out.find("the proxy did not connect") != std::string::npos);
  home.configure(proxied(user, fmt::format("http://poller:secret@127.0.0.1:{}", proxy.port())));
  CHECK(home.run({"check", "--online"}).exit_code == 0);
}

TEST_CASE("a proxy that is not there is named, not the server behind it") {
  const auto user = new_user();
  const auto nobody = poller::support::free_port();
  for (const char* kind : {"http", "socks5h"}) {
    CAPTURE(kind);
    const Home home = signed_in_home(proxied(user, fmt::format("{}://127.0.0.1:{}", kind, nobody)));
    const auto result = home.run({"--once"});
    CHECK(result.exit_code == 69);
    CHECK_MESSAGE(holds(result.err, "the proxy did not connect"), result.err);
    CHECK_MESSAGE(holds(result.err, "Check `proxy`"), result.err);
  }
}

TEST_CASE("tokens go through it too, and the answer is whose certificate oauth.ca_file knows") {
  const TunnelProxy proxy;
  const poller::support::TestCa ca;
  poller::support::ScriptedServer server(
      poller::support::ScriptedTls{ca.server(), true, false}, [](poller::support::Conversation& c) {
        while (!c.line().empty()) {
        }
        c.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
        c.close();
      });
  poller::HttpOptions options;
  options.ca_file = ca.ca_file();
  options.proxy = fmt::format("http://127.0.0.1:{}", proxy.port());
  CHECK(poller::http_get(options, fmt::format("https://localhost:{}/x", server.port())).status == 200);
  CHECK(proxy.asked() == std::vector<std::string>{"localhost:" + std::to_string(server.port())});
}
