#include "parsers/authentication_results.h"

#include <doctest/doctest.h>

namespace poller {
namespace {

TEST_CASE("the standard form") {
  const auto r = parse_authentication_results(
      "MX.example.com 1; spf=pass (a (nested) comment; dkim=fail) smtp.mailfrom=anna@example.org;\t"
      "DKIM/1=Pass reason=\"good; signature\" header.d=example.org header.b=abc==; dmarc=fail (p=none) "
      "header.from=example.org");
  CHECK(r.authserv_id == "mx.example.com");
  REQUIRE(r.methods.size() == 3);
  CHECK(r.methods[0].method == "spf");
  CHECK(r.methods[0].result == "pass");
  CHECK(r.methods[0].property("smtp", "mailfrom") == "anna@example.org");
  CHECK(r.methods[1].method == "dkim");
  CHECK(r.methods[1].reason == "good; signature");
  CHECK(r.methods[1].property("header", "d") == "example.org");
  CHECK(r.methods[1].property("header", "b") == "abc==");
  CHECK(r.find("dmarc")->result == "fail");
  CHECK(r.find("arc") == nullptr);
}

TEST_CASE("Microsoft's form bears no authserv-id") {
  const auto r = parse_authentication_results(
      "spf=pass (sender IP is 198.51.100.7) smtp.mailfrom=example.org; dkim=pass (signature was verified) "
      "header.d=example.org;dmarc=pass action=none header.from=example.org;compauth=pass reason=100");
  CHECK_FALSE(r.authserv_id);
  REQUIRE(r.methods.size() == 4);
  CHECK(r.find("dmarc")->property("", "action") == "none");
  CHECK(r.find("compauth")->reason == "100");
  CHECK(r.find("spf")->property("smtp", "mailfrom") == "example.org");
}

TEST_CASE("no results, ARC, and broken values") {
  const auto none = parse_authentication_results("example.org; none");
  CHECK(none.authserv_id == "example.org");
  CHECK(none.methods.empty());
  const auto arc = parse_authentication_results("i=2; mx.example.com; dkim=pass");
  CHECK(arc.instance == 2);
  CHECK(arc.authserv_id == "mx.example.com");
  for (const char* text : {"", ";", "=", "(((", "\"", "a=\"", "a=b=c;;=x; =", "x (\\"}) {
    CAPTURE(text);
    parse_authentication_results(text);
  }
  CHECK(parse_authentication_results(std::string(100000, '(')).methods.empty());
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "spf=pass;";
  CHECK(parse_authentication_results(many).methods.size() <= 100);
}

TEST_CASE("what does not end well is said to be not whole") {
  for (const char* text : {"mx.example; none", "mx.example (a (b) c); dmarc=pass reason=\"x\"", "spf=pass;"}) {
    CAPTURE(text);
    CHECK(parse_authentication_results(text).whole);
  }
  for (const char* text : {"mx; spf=pass (a; dmarc=fail", "mx; spf=pass x=\"a; dmarc=fail", "mx; a=b (c (d)"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_authentication_results(text).whole);
  }
  CHECK(mentions_fail("mx; spf=pass (a; dmarc = fail", "dmarc"));
  CHECK_FALSE(mentions_fail("mx; spf=fail; xdmarc-fail; dmarc fail; dmarc=", "dmarc"));
}

}  // namespace
}  // namespace poller
