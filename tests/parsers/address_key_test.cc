#include "parsers/address_key.h"

#include <doctest/doctest.h>

using poller::address_key;
using poller::same_address;
using poller::split_detail;

TEST_CASE("two spellings of one mailbox are the same address") {
  CHECK(same_address("Ann@Example.COM", "ann@example.com"));
  CHECK(same_address("\"ann\"@example.com", "ann@example.com"));
  CHECK(same_address("\"a\\nn\"@example.com", "ann@example.com"));
  CHECK(same_address("ann@b\u00fccher.example", "ann@xn--bcher-kva.example"));
  CHECK(same_address("ann@B\u00dcCHER.example.", "ann@XN--BCHER-KVA.example"));
  CHECK(same_address("ann@stra\u00dfe.example", "ann@xn--strae-oqa.example"));
  CHECK(same_address(" ann@example.com ", "ann@example.com"));
}

TEST_CASE("different mailboxes stay different") {
  CHECK_FALSE(same_address("ann@example.com", "ann@example.org"));
  CHECK_FALSE(same_address("ann@example.com", "ann@example.com.evil.test"));
  CHECK_FALSE(same_address("\"a b\"@example.com", "ab@example.com"));
  CHECK_FALSE(same_address("\"ann@contoso.com\"@example.com", "ann@contoso.com"));
  CHECK_FALSE(same_address("ann@bucher.example", "ann@b\u00fccher.example"));
  CHECK(address_key("Nobody") == "nobody");
  CHECK(address_key("") == "");
  CHECK(address_key("ann@[IPv6:2001:DB8::1]") == "ann@[ipv6:2001:db8::1]");
}

TEST_CASE("letters that only look like a domain's are not that domain") {
  CHECK_FALSE(same_address("ann@\uff45xample.com", "ann@example.com"));
  CHECK_FALSE(same_address("ann@exam\u00adple.com", "ann@example.com"));
  CHECK_FALSE(same_address("ann@example\u3002com", "ann@example.com"));
  CHECK_FALSE(same_address("ann@b\u00fc\u00adcher.example", "ann@b\u00fccher.example"));
  CHECK_FALSE(same_address("ann@xn--example-.com", "ann@example.com"));
  CHECK_FALSE(same_address("ann@ban\u212a.example", "ann@bank.example"));                         // the sign for kelvin
  CHECK_FALSE(same_address("ann@\u2126mega.example", "ann@\u03c9mega.example"));                  // the sign for ohm
  CHECK_FALSE(same_address("ann@\u212bngstr\u00f6m.example", "ann@\u00e5ngstr\u00f6m.example"));  // for angstrom
  CHECK(same_address("ann@\u00c5NGSTR\u00d6M.example", "ann@\u00e5ngstr\u00f6m.example"));
  CHECK_FALSE(same_address("ann@\u0435xample.com", "ann@example.com"));
}

TEST_CASE("what is no domain name is compared as it is") {
  CHECK(same_address("ann@xn--\u00fc\u00fc.example", "ann@xn--\u00fc\u00fc.example"));
  CHECK(same_address("ann@" + std::string(5000, 'X'), "ann@" + std::string(5000, 'x')));
  CHECK_FALSE(same_address("ann@a..b", "ann@a.b"));
}

TEST_CASE("the detail behind a plus") {
  CHECK(split_detail("support+billing@contoso.com").address == "support@contoso.com");
  CHECK(split_detail("support+billing@contoso.com").detail == "billing");
  CHECK(split_detail("support+a+b@contoso.com").detail == "a+b");
  CHECK(split_detail("support@contoso.com").detail.empty());
  CHECK(split_detail("+x@contoso.com").address == "+x@contoso.com");
  CHECK(split_detail("support@con+toso.com").detail.empty());
  CHECK(split_detail("no address").address == "no address");
}
