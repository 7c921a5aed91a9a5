// Address lists as they come (parsers/addresses.h).
#include "parsers/addresses.h"

#include <doctest/doctest.h>

#include <string>

namespace poller {
namespace {

/// "name <address>" of each, joined by " | ".
std::string read(std::string_view value) {
  std::string out;
  for (const Address& one : parse_addresses(value)) {
    if (!out.empty()) out += " | ";
    out += one.name + "<" + one.address + ">";
  }
  return out;
}

TEST_CASE("what RFC 5322 allows") {
  CHECK(read("\"Doe, John\" <j@x.example>, k@x.example") == "Doe, John<j@x.example> | <k@x.example>");
  CHECK(read("Team: a@x.example, \"B\" <b@x.example>;, c@x.example") ==
        "<a@x.example> | B<b@x.example> | <c@x.example>");
  CHECK(read("undisclosed-recipients:;") == "");
  CHECK(read("j@x.example (John Doe)") == "John Doe<j@x.example>");
  CHECK(read("\"quoted local\"@x.example") == "<\"quoted local\"@x.example>");
  CHECK(read("<@a.example,@b.example:j@x.example>") == "<j@x.example>");
  CHECK(read("Pete(A wonderful \\) chap) <pete(his account)@silly.test(his host)>") == "Pete<pete@silly.test>");
  CHECK(read("x@[192.0.2.1], y@[IPv6:2001:db8::1]") == "<x@[192.0.2.1]> | <y@[IPv6:2001:db8::1]>");
}

TEST_CASE("separators that are missing") {
  CHECK(read("a@x.example b@x.example") == "<a@x.example> | <b@x.example>");
  CHECK(read("Bob <b@x.example> Eve <e@x.example>") == "Bob<b@x.example> | Eve<e@x.example>");
  CHECK(read("a@x.example; b@x.example") == "<a@x.example> | <b@x.example>");
  CHECK(read("John Doe j@x.example") == "John Doe<j@x.example>");
  CHECK(read("Bob (b@x.example), Eve [mailto:e@x.example]") == "Bob<b@x.example> | Eve<e@x.example>");
  CHECK(read("John <j@x.example, Jane <k@x.example") == "John<j@x.example> | Jane<k@x.example>");
  CHECK(read("John <j@x.example, Jane <k@x.example>") == "John<j@x.example> | Jane<k@x.example>");
  CHECK(read("John <j@x.example; Jane <k@x.example>, l@x.example") ==
        "John<j@x.example> | Jane<k@x.example> | <l@x.example>");
  CHECK(read("Team: a@x.example, b@x.example") == "<a@x.example> | <b@x.example>");
}

TEST_CASE("brackets that hold no address, and brackets of another kind") {
  CHECK(read("Joe <Sales> <j@x.example>") == "Joe <Sales><j@x.example>");
  CHECK(read("\"Joe\" [SMTP:j@x.example]") == "Joe<j@x.example>");
  CHECK(read("Joe [j@x.example], Eve <e@x.example>") == "Joe<j@x.example> | Eve<e@x.example>");
}

TEST_CASE("blanks and comments within an address, as RFC 822 allowed them") {
  CHECK(read("Foo . Bar@x.example") == "<Foo.Bar@x.example>");
  CHECK(read("\"test\" . (bar) user (bird) @ (a) x . example") == "bar bird a<\"test\".user@x.example>");
  CHECK(read("j@[ 192 . 0.2.1 ]") == "<j@[192.0.2.1]>");
  CHECK(read("John Q. j@x.example") == "John Q.<j@x.example>");
}

TEST_CASE("a family name before a comma belongs to the name") {
  CHECK(read("Doe, John <j@x.example>") == "Doe, John<j@x.example>");
  CHECK(read("Doe, John <j@x.example>, Roe, Jane <k@x.example>") == "Doe, John<j@x.example> | Roe, Jane<k@x.example>");
  CHECK(read("a@x.example, John <j@x.example>") == "<a@x.example> | John<j@x.example>");
  CHECK(read("MAILER-DAEMON") == "<MAILER-DAEMON>");
}

TEST_CASE("encoded words and raw bytes in names") {
  CHECK(read("=?utf-8?Q?Doe=2C_J=C3=B6rg?= <j@x.example>") == "Doe, J\xc3\xb6rg<j@x.example>");
  CHECK(read("\"=?utf-8?B?SsO2cmc=?=\" <j@x.example>") == "J\xc3\xb6rg<j@x.example>");
  CHECK(read("=?utf-8?B?@?= j@x.example") == "<j@x.example>");  // of which nothing remains
  CHECK(read("=?utf-8?Q?J=C3=B6rg_<j@x.example>?=") == "J\xc3\xb6rg<j@x.example>");
  CHECK(read("=?utf-8?Q?j=C3=B6rg@x.example?= (J\xc3\xb6rg)") == "J\xc3\xb6rg<j\xc3\xb6rg@x.example>");
  CHECK(read("J\xf6rg <j@x.example>") == "J\xc3\xb6rg<j@x.example>");
}

TEST_CASE("no more than asked for, and in linear time") {
  CHECK(parse_addresses("a@x, b@x, c@x", 2).size() == 2);
  std::string many;
  for (int i = 0; i < 100000; ++i) many += "a@b.example,";
  CHECK(parse_addresses(many).size() == 10000);
  CHECK(parse_addresses(std::string(200000, '(')).size() <= 1);
  CHECK(parse_addresses(std::string(200000, '<')).size() <= 1);
  CHECK(parse_addresses(std::string(200000, '"')).size() <= 1);
  CHECK(parse_addresses("<" + std::string(200000, ',') + ">").size() <= 1);
}

}  // namespace
}  // namespace poller
