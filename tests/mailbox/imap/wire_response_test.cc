#include "mailbox/imap/wire_response.h"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "fake_imap.h"
#include "slices.h"

namespace poller::imap_test {
namespace {

using imap::BodyLimits;
using imap::FetchItem;
using imap::Response;
using imap::Status;
using Kind = imap::Response::Kind;

// Everything that a response says, as text, so that two readings can be compared.
std::string dump(const Response& r) {
  const FetchItem& i = r.item;
  return fmt::format("{}|{}|{}|{}|{}:{}:{}:{}|{}|{}|{} {} {}|{} {} {} {} {} {} [{}]\n", static_cast<int>(r.kind), r.tag,
                     r.word, r.number, static_cast<int>(r.line.status), r.line.code, r.line.arguments, r.line.text,
                     fmt::join(r.words, ","), fmt::join(r.numbers, ","), fmt::join(r.folder.attributes, ","),
                     static_cast<int>(r.folder.separator), r.folder.name, i.uid,
                     i.seen ? (*i.seen ? "seen" : "unseen") : "-", i.internal_date.value_or(-1), i.size.value_or(0),
                     static_cast<int>(i.kind), i.body_size, i.body);
}

std::vector<Response> read_all(const std::string& bytes, const std::function<std::size_t()>& slice,
                               const BodyLimits& limits = {}) {
  SlicedInput input(bytes, slice);
  imap::Reader reader(input);
  std::vector<Response> out;
  // The last line is a marker: what was in the buffer before it has been read then.
  for (;;) {
    out.push_back(imap::read_response(reader, limits));
    if (out.back().kind == Kind::tagged && out.back().tag == "end") {
      out.pop_back();
      return out;
    }
  }
}

std::vector<Response> read_all(const std::string& bytes, const BodyLimits& limits = {}) {
  return read_all(bytes + "end OK\r\n", whole(), limits);
}

Response read_one(const std::string& bytes) {
  auto all = read_all(bytes);
  REQUIRE(all.size() == 1);
  return std::move(all.front());
}

const std::string kMail = "Subject: hello\r\n\r\nA001 OK FETCH completed\r\n* SEARCH 666\r\n)\r\nend OK\r\n";

std::string everything() {
  std::string big(100'000, 'x');
  big += "\r\nend OK no\r\n";
  std::string all =
      "* OK [CAPABILITY IMAP4rev1 IDLE] Dovecot ready.\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN  idle \r\n"
      "* 23 EXISTS\r\n* 5 RECENT\r\n* 44 EXPUNGE\r\n* SEARCH 2 84 882\r\n* SEARCH\r\n"
      "* SEARCH 2 5 (MODSEQ 917162500)\r\n* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent Items\"\r\n"
      "* LIST () NIL inbox\r\n* LIST (\\Noselect) \"\\\\\" {6}\r\nfoo\\ba\r\n"
      "* LIST () \"/\" [Gmail]/Spam\r\n* LIST () \".\" ~x (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n"
      "* STATUS {5}\r\nINBOX (MESSAGES 3)\r\n+ idling\r\n+\r\n* BYE Connection is closed. 13\r\n"
      "a1 NO [AUTHENTICATIONFAILED] no\r\na2 BAD Request is throttled.\r\na3 OK\r\n"
      "Server Unavailable. 15\r\n\r\n*\r\n*nonsense\r\n";
  all += fetch_line(7, kMail, "\\Seen");
  all += fetch_line(8, big);
  all +=
      "* 9 FETCH (FLAGS (\\Seen $Junk) UID 9)\r\n* 9 FETCH (UID 9 BODY[HEADER] \"Subject: x\")\r\n"
      "* 9 FETCH (UID 9 BODY[]<0> NIL MODSEQ (12121231000) X-GM-LABELS (\"a b\" {3}\r\nc)d))\r\n"
      "* VANISHED (EARLIER) 1:4\r\n";
  return all + "end OK\r\n";
}

}  // namespace

TEST_CASE("wire: the same responses come out however the bytes come in") {
  const std::string bytes = everything();
  const auto dump_all = [](const std::vector<Response>& responses) {
    std::string out;
    for (const auto& response : responses) out += dump(response);
    return out;
  };
  const std::string expected = dump_all(read_all(bytes, whole()));
  CHECK(read_all(bytes, whole()).size() == 30);
  CHECK(dump_all(read_all(bytes, byte_by_byte())) == expected);
  for (unsigned seed = 0; seed < 30; ++seed) CHECK(dump_all(read_all(bytes, random_slices(seed))) == expected);
}

TEST_CASE("wire: a mail's text is never protocol") {
  const auto all = read_all(fetch_line(3, kMail, "\\Seen \\Answered"));
  REQUIRE(all.size() == 1);
  const FetchItem& item = all[0].item;
  CHECK(item.uid == 3);
  CHECK(item.body == kMail);
  CHECK(item.kind == FetchItem::Body::whole);
  CHECK(item.seen == true);
  CHECK(item.size == kMail.size());
  CHECK(item.internal_date == 837596665);
}

TEST_CASE("wire: a mail with NUL and 8-bit bytes arrives as it is") {
  std::string mail("a\0b\xff\r\n{5}\r\n", 11);
  CHECK(read_all(fetch_line(1, mail)).at(0).item.body == mail);
  CHECK(read_all(fetch_line(1, "")).at(0).item.kind == FetchItem::Body::whole);
}

TEST_CASE("wire: a mail over the limit keeps its beginning, and the stream stays in step") {
  BodyLimits limits;
  limits.whole = 1000;
  limits.header = 100;
  const std::string mail = std::string(90, 'h') + "\r\n\r\n" + std::string(50'000, 'b');
  const auto all = read_all(fetch_line(1, mail) + fetch_line(2, "small"), limits);
  REQUIRE(all.size() == 2);
  CHECK(all[0].item.kind == FetchItem::Body::cut);
  CHECK(all[0].item.body == mail.substr(0, 100));
  CHECK(all[0].item.body_size == mail.size());
  CHECK(all[1].item.body == "small");
}

TEST_CASE("wire: an absurd literal is refused before anything is allocated") {
  for (const char* size : {"4294967296", "9223372036854775807", "99999999999999999999999"}) {
    const std::string bytes = fmt::format("* 1 FETCH (UID 1 BODY[] {{{}}}\r\nabc", size);
    CHECK(error_of([&] { read_all(bytes); }).kind() == ErrorKind::corrupt);
  }
  // One within what may be read over: memory grows with what comes, not with what is announced.
  SlicedInput input("* 1 FETCH (UID 1 BODY[] {30000000}\r\nabc", whole());
  imap::Reader reader(input);
  CHECK(error_of([&] { imap::read_response(reader, {}); }).kind() == ErrorKind::temporary);
}

TEST_CASE("wire: memory follows the bytes that came, not the announcement") {
  SlicedInput input(std::string(70'000, 'x'), whole());
  imap::Reader reader(input);
  std::string body;
  CHECK_THROWS(reader.literal(30'000'000, 30'000'000, body));
  CHECK(body.size() == 70'000);
  CHECK(body.capacity() < 400'000);
}

TEST_CASE("wire: what cannot be IMAP is refused") {
  const std::vector<std::string> bad = {
      "* 1 FETCH (UID x)\r\n",                          // no number
      "* 1 FETCH (UID 1\r\n",                           // list not closed
      "* 1 FETCH (UID 4294967296)\r\n",                 // no UID
      "* 1 FETCH UID 1\r\n",                            // no list
      "* 1 FETCH (FLAGS (\\Seen \"x\"))\r\n",           // no flag
      "* 1 FETCH (BODY[HEADER\r\n",                     // section not closed
      "* 1 FETCH (BODY[] {5}x\r\nabcde)\r\n",           // something behind the brace
      "* 1 FETCH (BODY[] {-5}\r\n)\r\n",                // negative
      "* 1 FETCH (BODY[] {}\r\n)\r\n",                  // nothing
      "* 1 FETCH (UID 1) x\r\n",                        // something behind the list
      "* 1 FETCH (BODY[] \"abc\r\ndef\")\r\n",          // line end in a quoted string
      "* 1 FETCH (X-THING (a (b))\r\n",                 // unbalanced
      std::string("* 1 FETCH (FLAGS (a\0b))\r\n", 24),  // NUL
      "* SEARCH 1 x\r\n",
      "* SEARCH 12345678901\r\n",
      "* LIST \"/\" a\r\n",
  };
  for (const auto& bytes : bad) {
    CAPTURE(bytes);
    CHECK(error_of([&] { read_all(bytes); }).kind() == ErrorKind::corrupt);
  }
}

TEST_CASE("wire: endless things end at a limit") {
  imap::WireLimits limits;
  limits.outside = 1'000'000;
  const std::string mega(2'000'000, '7');
  const std::vector<std::string> endless = {
      "* OK " + mega,
      "* SEARCH " + mega,
      "+ " + mega,
      mega,
      "* XYZ " + mega,
      "* 1 FETCH (FLAGS (" + mega,
      "* LIST () \"/\" \"" + mega,
      "* LIST () \"/\" {2000000}\r\n" + mega,
      "* X {2000000}\r\n" + mega,
      "* 1 FETCH (X " + std::string(2'000'000, '('),
      "* 1 FETCH (X {2000000}\r\n" + mega,
  };
  for (const auto& bytes : endless) {
    CAPTURE(bytes.substr(0, 30));
    SlicedInput input(bytes, whole());
    imap::Reader reader(input, limits);
    CHECK(error_of([&] { imap::read_response(reader, {}); }).kind() == ErrorKind::corrupt);
  }
  // Depth costs nothing: no recursion.
  SlicedInput input("* 1 FETCH (X " + std::string(900'000, '(') + std::string(900'000, ')') + ")\r\n", whole());
  imap::Reader reader(input);
  CHECK(imap::read_response(reader, {}).kind == Kind::fetch);
}

TEST_CASE("wire: a search answer of a hundred thousand numbers") {
  std::string line = "* SEARCH";
  for (int i = 1; i <= 100'000; ++i) line += " " + std::to_string(i * 40'000U);
  const Response r = read_one(line + "\r\n");
  CHECK(r.numbers.size() == 100'000);
  CHECK(r.numbers.back() == 4'000'000'000U);
}

TEST_CASE("wire: status lines") {
  Response r = read_one("* OK [UIDVALIDITY 3857529045] UIDs valid\r\n");
  CHECK(r.line.code == "UIDVALIDITY");
  CHECK(r.line.arguments == "3857529045");
  CHECK(r.line.text == "UIDs valid");
  r = read_one("* OK The Microsoft Exchange IMAP4 service is ready. [TQBS]\r\n");
  CHECK(r.line.code.empty());
  CHECK(r.line.text == "The Microsoft Exchange IMAP4 service is ready. [TQBS]");
  r = read_one("x.1 NO [AUTHENTICATIONFAILED] (really)\r\n");
  CHECK(r.kind == Kind::tagged);
  CHECK(r.tag == "x.1");
  CHECK(r.line.status == Status::no);
  r = read_one("* BYE\r\n");
  CHECK(r.line.status == Status::bye);
  r = read_one("* bye x\n");  // a bare line feed, lower case
  CHECK(r.line.status == Status::bye);
}

TEST_CASE("wire: what is no response is told apart") {
  CHECK(read_one("Server Unavailable. 15\r\n").kind == Kind::stray);
  CHECK(read_one("Server Unavailable. 15\r\n").line.text == "Server Unavailable. 15");
  CHECK(read_one("x1 BYE no\r\n").kind == Kind::stray);
  CHECK(read_one("lo there\r\n").kind == Kind::stray);
  CHECK(read_one("\r\n").kind == Kind::stray);
  CHECK(read_one("* FOO \"open {3\r\n").kind == Kind::other);
}

}  // namespace poller::imap_test
