#include "parsers/mbox.h"

#include <doctest/doctest.h>

#include <string>

namespace poller {
namespace {

TEST_CASE("an mbox is split at its From lines, which stay") {
  const std::string first = "From a@example.org Sat Jan  3 01:05:34 1996\nSubject: one\n\nText\n>From here on\n";
  const std::string second = "From - Mon, 2 Feb 2004 10:00:00 +0100\r\nSubject: two\r\n\r\nText\r\n";
  const std::string file = first + "\n" + second + "\r\n";
  const auto mails = split_mbox(file);
  REQUIRE(mails.size() == 2);
  CHECK(mails[0] == first);
  CHECK(mails[1] == second);
}

TEST_CASE("a body line that begins with From is no separator") {
  const std::string file =
      "From a@example.org Sat Jan  3 01:05:34 1996\nSubject: one\n\nHello,\n\nFrom Monday on we are closed.\n"
      "\nFrom 2019 to 2020 too.\n";
  CHECK(split_mbox(file).size() == 1);
  const std::string quoted =
      "From a@example.org Sat Jan  3 01:05:34 1996\nSubject: one\n\nlog:\n"
      "From b@example.org Sat Jan  3 01:05:34 1996\nis what it said\n";
  CHECK(split_mbox(quoted).size() == 1);
}

TEST_CASE("a missing blank line before a separator is forgiven") {
  const std::string file =
      "From a@example.org Sat Jan  3 01:05:34 1996\nSubject: one\n\nText\n"
      "From b@example.org Sat Jan  3 01:05:34 1996\nSubject: two\n\nText\n";
  CHECK(split_mbox(file).size() == 2);
}

TEST_CASE("a file that is no mbox is one mail, an empty one none") {
  CHECK(split_mbox("Subject: x\n\nText\n").size() == 1);
  CHECK(split_mbox("").empty());
  CHECK(split_mbox("\n\n").empty());
}

}  // namespace
}  // namespace poller
