#include "config/shapes.h"

#include <doctest/doctest.h>

#include <string>

using namespace poller::config;

TEST_CASE("addresses") {
  for (const char* good : {"a@b", "support@contoso.com", "first.last+tag@sub.example.org", "jürgen@exämple.de"}) {
    CAPTURE(good);
    CHECK(is_address(good));
  }
  for (const std::string& wrong :
       {std::string(), std::string("a"), std::string("@b"), std::string("a@"), std::string("a@b@c"),
        std::string("a b@c"), std::string("a@b\r\nRCPT TO:<x@y>"), std::string("a@b\0c", 5), std::string("<a@b>"),
        std::string("a,b@c"), std::string("a@.b"), std::string("a@b."), std::string("a@b..c"), std::string("a@\xff"),
        std::string(321, 'a') + "@b"}) {
    CAPTURE(wrong);
    CHECK_FALSE(is_address(wrong));
  }
}

TEST_CASE("the address of a sender") {
  CHECK(address_of("Contoso Support <support@contoso.com>") == "support@contoso.com");
  CHECK(address_of("support@contoso.com") == "support@contoso.com");
  CHECK(address_of("<support@contoso.com>") == "support@contoso.com");
  CHECK(address_of("Contoso Support").empty());
  CHECK(address_of("A <a@b> <c@d>").empty());
  CHECK(address_of("A\r\nBcc: x@y <a@b>").empty());
  CHECK(address_of("A <a@b").empty());
}

TEST_CASE("hosts and domains") {
  for (const char* good : {"localhost", "outlook.office365.com", "10.0.0.1", "::1", "[::1]", "mail-1.example.org"}) {
    CAPTURE(good);
    CHECK(is_host(good));
  }
  for (const char* wrong : {"", "a b", "http://x", "a..b", "-a", "a.", "1.2.3.400", "a/b", "a:993", "[::1", "a_\n"}) {
    CAPTURE(wrong);
    CHECK_FALSE(is_host(wrong));
  }
  CHECK(is_domain("contoso.onmicrosoft.com"));
  CHECK_FALSE(is_domain("contoso"));
  CHECK(is_loopback("127.8.9.1"));
  CHECK(is_loopback("[::1]"));
  CHECK(is_loopback("localhost"));
  CHECK_FALSE(is_loopback("127.example.org"));
  CHECK_FALSE(is_loopback("10.0.0.1"));
}

TEST_CASE("GUIDs") {
  CHECK(is_guid("0a1B2c3d-0000-1111-aaaa-FFFFFFFFFFFF"));
  CHECK_FALSE(is_guid("0a1B2c3d-0000-1111-aaaa-FFFFFFFFFFF"));
  CHECK_FALSE(is_guid("0a1B2c3d-0000-1111-aaaa-FFFFFFFFFFFG"));
  CHECK_FALSE(is_guid("0a1B2c3d00000-1111-aaaa-FFFFFFFFFFFF"));
}

TEST_CASE("URLs come apart") {
  const auto url = parse_url("HTTPS://user:pw@login.example.org:8443/a/b?c#d");
  REQUIRE(url);
  CHECK(url->scheme == "https");
  CHECK(url->userinfo == "user:pw");
  CHECK(url->host == "login.example.org");
  CHECK(url->port == 8443);
  CHECK(url->rest == "/a/b?c#d");
  REQUIRE(parse_url("http://[::1]:80"));
  CHECK(parse_url("http://[::1]:80")->host == "::1");
  CHECK(parse_url("http://[::1]")->host == "::1");
  for (const char* wrong : {"", "login.example.org", "://x", "http://", "http:///x", "http://a b", "http://a:0",
                            "http://a:65536", "http://a:", "http://::1", "http://a\n"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_url(wrong));
  }
}

TEST_CASE("what stands before the host of a URL is masked") {
  CHECK(mask_userinfo("http://user:pa/ss@w@host:1/x") == "http://***@host:1/x");
  CHECK(mask_userinfo("http://host/x") == "http://host/x");
  CHECK(mask_userinfo("support@contoso.com") == "support@contoso.com");
}
