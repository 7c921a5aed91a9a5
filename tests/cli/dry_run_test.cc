// What --dry-run promises, and what is refused or told before it can do harm.
#include <doctest/doctest.h>

#include <array>
#include <ctime>

#include "folder_home.h"

using namespace poller::cli_test;  // NOLINT(google-build-using-namespace): the installation these tests use

namespace {

constexpr const char* kAnswers =
    "    address: support@contoso.com\n    smtp: {host: localhost, port: 1, tls: starttls}\n    auth: password\n"
    "    password: {env: NOWHERE}\n";

// A trace line of this moment: a mail that has just arrived.
std::string received_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 64> date{};
  std::strftime(date.data(), date.size(), "%d %b %Y %H:%M:%S +0000", &utc);
  return "Received: from a.example by b.example; " + std::string(date.data()) + "\n";
}

}  // namespace

TEST_CASE("--dry-run is refused where there is none, and nothing happens") {
  const FolderHome home;
  home.replay(bytes_of({.id = "a@x"}));
  for (const poller::support::Arguments& command : {poller::support::Arguments{"--dry-run"},
                                                    {"--dry-run", "run"},
                                                    {"--dry-run", "set", "1", "--status", "closed"},
                                                    {"merge", "1", "1", "--dry-run"}}) {
    const auto result = home.run(command);
    CHECK(result.exit_code == 64);
    CHECK(result.err.find("--dry-run does not go with") != std::string::npos);
  }
  CHECK(home.value("SELECT status FROM ticket_v1") == "new");
  CHECK(home.run({"--once", "--dry-run"}).exit_code == 0);
  CHECK(home.run({"reparse", "--dry-run"}).exit_code == 0);
}

TEST_CASE("a dry run says of an answer what the real run says") {
  const FolderHome home("answers: {new_ticket: {text: thanks.txt}}\n", kAnswers);
  poller::support::write_text(home.path() / "thanks.txt", "Thank you.\n");
  const auto mail = received_now() + bytes_of({.id = "a@x"});
  const auto dry = home.json({"replay", "-", "--answer", "--dry-run"}, mail).at(0);
  CHECK_FALSE(std::filesystem::exists(home.path() / "poller.db"));
  const auto real = home.json({"replay", "-", "--answer"}, mail).at(0);
  CHECK(mentions(real.at("reasons"), "answer:queued"));
  CHECK(dry.at("reasons") == real.at("reasons"));
}

TEST_CASE("a mail in quarantine can be explained, by the message that stands for it") {
  const FolderHome home("rules: [{when: {subject: strange}, quarantine: true}]\n");
  const auto line = home.replay(bytes_of({.subject = "a strange one", .id = "a@x", .fields = "Cc: bob@example.com\n"}));
  CHECK(line.at("outcome") == "quarantined");
  REQUIRE(line.at("message").is_number());
  const auto told = home.json({"explain", line.at("message").dump()}).at(0);
  CHECK(mentions(told.at("decision").at("reasons"), "rule:1"));
  const auto shown = home.json({"show", line.at("ticket").dump()}).at(0).at("messages").at(0);
  CHECK(shown.at("id") == line.at("message"));
  CHECK(shown.at("cc").at(0).at("address") == "bob@example.com");
  CHECK(shown.at("state") == "quarantined");
}

TEST_CASE("no such status; a storage that is none") {
  const FolderHome home;
  home.replay(bytes_of({.id = "a@x"}));
  CHECK(home.run({"tickets", "--status", "bogus"}).exit_code == 64);
  CHECK(home.json({"tickets", "--status", "new"}).size() == 1);
  for (const char* extra : {"poller.db-wal", "poller.db-shm"}) std::filesystem::remove(home.path() / extra);
  poller::support::write_text(home.path() / "poller.db", std::string(8192, 'x'));
  for (const char* command : {"tickets", "--once"}) {
    const auto result = home.run({command});
    CHECK(result.exit_code == 74);
    CHECK(result.err.find("restore a backup") != std::string::npos);
  }
}
