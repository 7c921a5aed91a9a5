// What comes over HTTP from a token endpoint on a bad day, or from something that stands in its place.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <string>
#include <utility>

#include "base/error.h"
#include "lib/curl/https.h"
#include "oauth/http.h"
#include "oauth/token_source.h"
#include "oauth/token_status.h"
#include "scripted.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_ca.h"
#include "tests/support/tunnel_proxy.h"

namespace poller::oauth {
namespace {

using support::Conversation;
using support::ScriptedServer;

constexpr const char* kGrant =
    R"({"token_type":"Bearer","expires_in":"3600","access_token":"access-1","refresh_token":"refresh-2"})";

// Reads a request and its body; the body.
std::string take_request(Conversation& c) {
  std::size_t length = 0;
  for (std::string line = c.line(); !line.empty(); line = c.line()) {
    if (line.rfind("Content-Length: ", 0) == 0) length = std::stoul(line.substr(16));
  }
  return c.bytes(length);
}

std::string http(const std::string& status, const std::string& type, const std::string& body,
                 const std::string& more = "") {
  return fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}Connection: close\r\n\r\n{}", status,
                     type, body.size(), more, body);
}

// A signed-in account whose authority is that server, asked once over real HTTP.
struct Outcome {
  std::string token;
  std::optional<Error> error;
  TokenStatus status;
  int connections = 0;
};

Outcome ask(const support::Script& script) {
  ScriptedServer server(std::nullopt, script);
  TokenTest t;
  t.config.mailboxes[0].oauth.authority = fmt::format("http://127.0.0.1:{}", server.port());
  t.sign_in("refresh-1");
  TokenSourceOptions options;
  options.http = [](const config::OAuth& settings) { return real_http(settings, ""); };
  options.clock = &t.clock;
  options.sleep = [&](std::chrono::milliseconds wait) { t.clock.advance(wait); };
  TokenSources sources(t.config, options);
  Outcome out;
  try {
    out.token = sources.for_mailbox("support").access_token().reveal();
  } catch (const Error& error) {
    out.error = error;
    CHECK(t.entry().refresh_token.reveal() == "refresh-1");  // whatever was said: it is not lost
  }
  out.status = token_status(t.config, t.clock.unix_now()).at(0);
  CHECK(server.finish().empty());
  out.connections = server.connections();
  return out;
}

Outcome answered(const std::string& answer) {
  return ask([&](Conversation& c) {
    take_request(c);
    c.send(answer);
    c.close();
  });
}

}  // namespace

TEST_CASE("a grant is a grant whatever its content type, and its numbers may be strings") {
  CHECK(answered(http("200 OK", "text/plain", kGrant)).token == "access-1");
  CHECK(answered(http("200 OK", "application/json", std::string("\xEF\xBB\xBF") + kGrant)).connections >= 1);
}

TEST_CASE("pages of HTML with any status are nobody's sign-in") {
  for (const char* status : {"200 OK", "502 Bad Gateway", "503 Service Unavailable", "500 Internal Server Error"}) {
    CAPTURE(status);
    const auto out = answered(http(status, "text/html", "<html><body>Welcome to our WLAN</body></html>"));
    REQUIRE(out.error.has_value());
    CHECK(out.error->kind() == ErrorKind::temporary);
    CHECK(out.connections == 4);
    CHECK(out.status.state == TokenStatus::State::ok);
    CHECK_FALSE(out.error->advice().empty());
  }
  for (const char* status : {"404 Not Found", "403 Forbidden", "407 Proxy Authentication Required"}) {
    CAPTURE(status);
    const auto out = answered(http(status, "text/html", "<html>no</html>"));
    REQUIRE(out.error.has_value());
    CHECK(out.error->kind() == ErrorKind::configuration);
    CHECK(out.status.state == TokenStatus::State::ok);
  }
}

TEST_CASE("an answer that was cut short") {
  const std::string grant = kGrant;
  const auto json = answered(http("200 OK", "application/json", grant.substr(0, grant.size() / 2)));
  REQUIRE(json.error.has_value());
  CHECK(json.error->kind() == ErrorKind::temporary);
  const std::string whole = http("200 OK", "application/json", grant);
  const auto body = answered(whole.substr(0, whole.size() - 40));
  REQUIRE(body.error.has_value());
  CHECK(body.error->kind() == ErrorKind::temporary);
  const auto nothing = answered("");
  REQUIRE(nothing.error.has_value());
  CHECK(nothing.connections == 4);
}

TEST_CASE("ten megabytes are not read to their end") {
  std::atomic<std::size_t> sent{0};
  const auto out = ask([&](Conversation& c) {
    take_request(c);
    constexpr std::size_t kAll = 10'000'000;
    c.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", kAll));
    const std::string piece(100'000, 'x');
    try {
      for (std::size_t n = 0; n < kAll; n += piece.size(), sent += piece.size()) c.send(piece);
    } catch (const std::exception&) {
      return;  // the client has gone, as it should
    }
  });
  REQUIRE(out.error.has_value());
  CHECK(out.error->kind() == ErrorKind::temporary);
  CHECK(std::string(out.error->what()).find("longer than") != std::string::npos);
}

TEST_CASE("a redirect is not followed, wherever it leads") {
  for (const char* status :
       {"301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"}) {
    ScriptedServer elsewhere(std::nullopt, [](Conversation& c) { c.close(); });
    const auto out = answered(
        http(status, "text/html", "", fmt::format("Location: http://127.0.0.1:{}/token\r\n", elsewhere.port())));
    REQUIRE(out.error.has_value());
    CHECK(out.error->kind() == ErrorKind::configuration);
    CHECK(out.error->advice().find("redirects") != std::string::npos);
    CHECK(elsewhere.connections() == 0);
  }
}

TEST_CASE("429 with Retry-After, as seconds and as a date") {
  const auto out = answered(http("429 Too Many Requests", "text/html", "slow down", "Retry-After: 77\r\n"));
  REQUIRE(out.error.has_value());
  CHECK(out.error->retry_after() == std::chrono::seconds(77));
  CHECK(out.status.state == TokenStatus::State::throttled);
  CHECK(out.connections == 1);
  const auto past = answered(http("503 Busy", "text/html", "", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n"));
  REQUIRE(past.error.has_value());
  CHECK(past.connections == 4);
}

TEST_CASE("an answer that trickles or never comes ends at its time") {
  for (const bool trickle : {false, true}) {
    ScriptedServer server(std::nullopt, [&](Conversation& c) {
      take_request(c);
      if (trickle) c.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
      for (int i = 0; i < 20; ++i) {
        if (trickle) c.send("x");
        if (c.wait_for_end(std::chrono::milliseconds(100))) return;
      }
    });
    HttpOptions options;
    options.timeout = std::chrono::milliseconds(400);
    const auto begin = std::chrono::steady_clock::now();
    try {
      http_post_form(options, fmt::format("http://127.0.0.1:{}/token", server.port()), "a=b");
      FAIL("was answered");
    } catch (const Error& error) {
      CHECK((error.kind() == ErrorKind::temporary || error.kind() == ErrorKind::unreachable));
    }
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(1500));
  }
}

TEST_CASE("deep, strange and hostile JSON is no grant and no harm") {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "[";
  for (const std::string& body :
       {deep, std::string(R"({"access_token":["a"],"token_type":"Bearer"})"), std::string(R"({"access_token":""})"),
        std::string(R"({"access_token":"a","token_type":"mac"})"), std::string("null"), std::string("\"text\""),
        std::string(R"({"access_token":"a\u0000b)")}) {
    const auto out = answered(http("200 OK", "application/json", body));
    CHECK_MESSAGE(out.error.has_value(), body.substr(0, 60));
  }
}

TEST_CASE("a certificate that is refused is not asked about again and again") {
  const support::TestCa ca;
  ScriptedServer server(support::ScriptedTls{ca.server(), true, false}, [](Conversation& c) { take_request(c); });
  const auto of_server = [&](const config::OAuth&) { return real_http(config::OAuth{}, ""); };
  TokenTest t;
  t.config.mailboxes[0].oauth.authority = fmt::format("https://localhost:{}", server.port());
  t.sign_in("refresh-1");
  TokenSourceOptions options;
  options.http = of_server;
  options.clock = &t.clock;
  options.sleep = [&](std::chrono::milliseconds wait) { t.clock.advance(wait); };
  const auto begin = t.clock.unix_now();
  TokenSources sources(t.config, options);
  try {
    sources.for_mailbox("support").access_token();
    FAIL("an unknown authority was trusted");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::unreachable);
    CHECK(error.advice().find("oauth.ca_file") != std::string::npos);
    CHECK(error.advice().find("a proxy inspects TLS") != std::string::npos);
  }
  CHECK(t.clock.unix_now() == begin);
}

TEST_CASE(
    "a proxy that wants a password, or whose kind is unknown: the advice names `proxy`, and no password is told") {
  support::TunnelProxy proxy;
  proxy.want("poller:right-password");
  const auto through = [](const std::string& url) {
    HttpOptions options;
    options.proxy = url;
    try {
      http_get(options, "https://login.example.test/token");
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find("wrong-password") == std::string::npos);
      return std::pair(error, dynamic_cast<const LastingFailure*>(&error) != nullptr);
    }
    return std::pair(Error(ErrorKind::ours, "nothing was thrown"), false);
  };
  const auto [wanted, lasts] = through(fmt::format("http://poller:wrong-password@127.0.0.1:{}", proxy.port()));
  CHECK(wanted.kind() == ErrorKind::unreachable);
  CHECK(lasts);
  CHECK_MESSAGE(wanted.advice().find("`proxy: http://USER:PASSWORD@HOST:PORT`") != std::string::npos, wanted.advice());
  for (const char* strange : {"socks9://poller:wrong-password@127.0.0.1:1080", "http://poller:wrong-password@[::1"}) {
    const Error unknown = through(strange).first;
    CHECK(unknown.kind() == ErrorKind::configuration);
    CHECK_MESSAGE(unknown.advice().find("`proxy`") != std::string::npos, unknown.what());
    CHECK(unknown.advice().find("socks5://") != std::string::npos);
  }
}

TEST_CASE("oauth.ca_file is what makes a private authority trusted") {
  const support::TestCa ca;
  ScriptedServer server(support::ScriptedTls{ca.server(), true, false}, [](Conversation& c) {
    take_request(c);
    c.send(http("200 OK", "application/json", kGrant));
    c.close();
  });
  config::OAuth settings;
  const std::string url = fmt::format("https://localhost:{}/token", server.port());
  try {
    real_http(settings, "")->post_form(url, Secret("a=b"));
    FAIL("an unknown authority was trusted");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::unreachable);
    CHECK(std::string(error.what()).find("certificate") != std::string::npos);
    CHECK(error.advice().find("oauth.ca_file") != std::string::npos);
  }
  settings.ca_file = ca.ca_file();
  CHECK(real_http(settings, "")->post_form(url, Secret("a=b")).status == 200);
}

}  // namespace poller::oauth
