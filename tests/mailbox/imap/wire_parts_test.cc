#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "mailbox/imap/refusal.h"
#include "mailbox/imap/wire_date.h"
#include "mailbox/imap/wire_names.h"
#include "mailbox/imap/wire_sets.h"

namespace poller::imap {

TEST_CASE("wire: INTERNALDATE") {
  CHECK(parse_internal_date("17-Jul-1996 02:44:25 -0700") == 837596665);
  CHECK(parse_internal_date(" 1-Jan-1970 00:00:00 +0000") == 0);
  CHECK(parse_internal_date("1-Jan-1970 01:00:00 +0100") == 0);
  CHECK(parse_internal_date("29-Feb-2024 23:59:60 +0530") == 1709231400);
  for (const char* bad : {"", " ", "x", "29-Feb-2023 00:00:00 +0000", "17-Foo-1996 02:44:25 -0700",
                          "17-Jul-1996 24:44:25 -0700", "17-Jul-1996 02:44:25 0700 ", "17-Jul-1996 02:44:25",
                          "17-Jul-1996 02:44:25 -07000", "-1-Jul-1996 02:44:25 -0700"}) {
    CAPTURE(bad);
    CHECK(!parse_internal_date(bad));
  }
}

TEST_CASE("wire: folder names in modified UTF-7 and back") {
  const std::pair<const char*, const char*> pairs[] = {
      {"INBOX", "INBOX"},
      {"Sent Items", "Sent Items"},
      {"A&B", "A&-B"},
      {"Éléments envoyés", "&AMk-l&AOk-ments envoy&AOk-s"},
      {"日本語", "&ZeVnLIqe-"},
      {"~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"},
      {"smile 😀", "smile &2D3eAA-"},
      {"a\tb", "a&AAk-b"},
  };
  for (const auto& [utf8, encoded] : pairs) {
    CHECK(encode_folder(utf8) == encoded);
    CHECK(decode_folder(encoded) == utf8);
  }
  CHECK(encode_folder("inbox") == "INBOX");
  CHECK(same_folder("Inbox", "INBOX"));
  CHECK(!same_folder("sent", "Sent"));
  for (const char* odd : {"&", "a&b", "&AMk", "&!!!-", "&2D0-", "&3gA-", "&AMl-"}) {
    CAPTURE(odd);
    CHECK(decode_folder(odd) == odd);  // not well-formed: as it stands
  }
}

TEST_CASE("wire: quoting") {
  CHECK(quote(R"(a"b\c)") == R"("a\"b\\c")");
  CHECK(is_quotable("plain \"text\" \\"));
  CHECK(!is_quotable("line\r\n"));
  CHECK(!is_quotable("h\xc3\xa9"));
  CHECK(!is_quotable(std::string(1, '\0')));
}

TEST_CASE("wire: sets of UIDs") {
  CHECK(uid_set({9, 1, 2, 3, 7, 10, 2}) == "1:3,7,9:10");
  CHECK(uid_set({4294967295U, 4294967294U}) == "4294967294:4294967295");
  CHECK(uid_set({}).empty());
  std::vector<std::uint32_t> odd(5000);
  for (std::uint32_t i = 0; i < odd.size(); ++i) odd[i] = 4'000'000'000U + i * 2;
  const auto sets = uid_sets(odd, 1000);
  std::size_t numbers = 0;
  for (const auto& set : sets) {
    CHECK(set.size() <= 1000);
    numbers += static_cast<std::size_t>(std::count(set.begin(), set.end(), ',')) + 1;
  }
  CHECK(numbers == odd.size());
  std::vector<std::uint32_t> row(100);
  std::iota(row.begin(), row.end(), 1U);
  CHECK(uid_sets(row, 1000, 40) == std::vector<std::string>{"1:40", "41:80", "81:100"});
  CHECK(uid_sets({1, 2, 3, 5, 6, 9}, 1000, 4) == std::vector<std::string>{"1:3,5", "6,9"});
}

TEST_CASE("refusals: the kind behind the words") {
  using namespace std::chrono_literals;
  const auto kind = [](const char* code, const char* text) {
    StatusLine line;
    line.status = Status::no;
    line.code = code;
    line.text = text;
    return refusal(line, "it", ErrorKind::permanent).kind();
  };
  CHECK(kind("UNAVAILABLE", "x") == ErrorKind::temporary);
  CHECK(kind("INUSE", "x") == ErrorKind::temporary);
  CHECK(kind("LIMIT", "x") == ErrorKind::temporary);
  CHECK(kind("AUTHENTICATIONFAILED", "x") == ErrorKind::sign_in);
  CHECK(kind("NONEXISTENT", "x") == ErrorKind::configuration);
  CHECK(kind("", "x") == ErrorKind::permanent);
  CHECK(kind("", "Session invalidated - AccessTokenExpired") == ErrorKind::temporary);
  CHECK(kind("", "User is authenticated but not connected.") == ErrorKind::sign_in);
  CHECK(kind("", "Request is throttled. Suggested Backoff Time: 92415 milliseconds") == ErrorKind::temporary);
  CHECK_FALSE(suggested_wait("Request is throttled.").has_value());
  CHECK(throttling("BAD Request is throttled.", "").value().retry_after() == 0ms);
  CHECK(suggested_wait("Request is throttled. Suggested Backoff Time: 92415 milliseconds") == 92415ms);
  CHECK(suggested_wait("Suggested Backoff Time: 30 seconds") == 30s);
  CHECK(suggested_wait("Suggested Backoff Time: 99999999999999 milliseconds") == 24h);
  CHECK(!suggested_wait("Suggested Backoff Time: soon"));
  CHECK(!suggested_wait("nothing"));
  CHECK(farewell("Connection is closed. 13").kind() == ErrorKind::temporary);
  CHECK(std::string(farewell("Session invalidated - AccessTokenExpired").what()).find("AccessTokenExpired") !=
        std::string::npos);
}

TEST_CASE("refusals: a server's words are made fit for a log") {
  CHECK(shown_text("a\x1b[31m\r\nb") == "a\\x1b[31m\\r\\nb");
  CHECK(shown_text(std::string(10'000, 'x')).size() <= 300);
}

}  // namespace poller::imap
