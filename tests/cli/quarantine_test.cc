// Mail that becomes no message of a ticket: what is kept of it, and what a retry makes of it.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "folder_home.h"

namespace poller::cli_test {
namespace {

constexpr const char* kRules =
    "rules:\n  - {when: {subject: ODD}, quarantine: true}\n  - {when: {subject: SPAM}, drop: true}\n";
constexpr const char* kTrust = "    trust: {authserv_id: mx.contoso.com}\n";
constexpr const char* kFailed = "Authentication-Results: mx.contoso.com; dmarc=fail header.from=example.com\n";

nlohmann::json decision_of(const FolderHome& home, const nlohmann::json& line) {
  return home.json({"explain", line.at("message").dump()}).at(0).at("decision");
}

nlohmann::json ticket(const FolderHome& home, const std::string& number) { return home.json({"show", number}).at(0); }

nlohmann::json retry_first(const FolderHome& home) {
  return home.json({"quarantine", "retry", home.json({"quarantine"}).at(0).at("id").dump()}).at(0);
}

// The whole mail is here, and larger than what the mailbox takes.
std::string large(TestMail mail) {
  mail.body = std::string(5000, 'x') + "\n";
  return bytes_of(mail);
}

}  // namespace

TEST_CASE("dropped and quarantined mail has its whole decision record: verdict, signals, rules") {
  const FolderHome home(kRules, kTrust);
  home.replay(bytes_of({.id = "a@example.com"}));
  for (const char* subject : {"SPAM", "ODD"}) {
    const auto line = home.replay(bytes_of({.subject = subject,
                                            .id = std::string(subject) + "@example.com",
                                            .reply = "<a@example.com>",
                                            .fields = kFailed}));
    const auto decision = decision_of(home, line);
    CHECK(decision.at("trust").at("verdict") == "fail");
    CHECK(decision.at("trust").at("verdict_why").get<std::string>().find("dmarc=fail") != std::string::npos);
    REQUIRE(decision.at("trust").at("signals").size() == 1);
    CHECK(decision.at("trust").at("signals").at(0).at("number") == "T-1");
    CHECK(decision.at("trust").at("signals").at(0).at("action") == "new, linked");
    CHECK(mentions(decision.at("reasons"), "reference:<a@example.com> -> T-1: refused"));
    CHECK(mentions(decision.at("reasons"), "rule:"));
    CHECK_FALSE(mentions(decision.at("reasons"), "a new ticket"));
  }
}

TEST_CASE("with hold a quarantined mail has a record too, and no ticket") {
  const FolderHome home(std::string("quarantine: hold\n") + kRules, kTrust);
  const auto line = home.replay(bytes_of({.subject = "ODD", .id = "odd@example.com", .fields = kFailed}));
  CHECK(line.at("ticket").is_null());
  REQUIRE(line.at("message").is_number());
  CHECK(decision_of(home, line).at("trust").at("verdict") == "fail");
  CHECK(home.json({"tickets"}).empty());
}

TEST_CASE("one mail goes to quarantine once, whichever way it comes again") {
  const std::string second = "  - {name: second, protocol: directory, path: mail2, after: keep}\n";
  std::string policy;
  SUBCASE("with a minimal ticket") { policy = ""; }
  SUBCASE("held") { policy = "quarantine: hold\n"; }
  const FolderHome home(policy + kRules, "    max_size: 4KB\n" + second);
  const auto put = [&](const char* file, const std::string& mail) {
    std::filesystem::create_directories((home.path() / file).parent_path());
    support::write_text(home.path() / file, mail);
  };
  const std::string odd = bytes_of({.subject = "ODD", .id = "odd@example.com"});
  put("mail/1.eml", odd);
  put("mail2/1.eml", "X-Received-By: another server\n" + odd);
  put("mail/2.eml", large({.subject = "large", .id = "large@example.com"}));
  home.json({"--once"});
  CHECK(home.json({"quarantine"}).size() == 2);
  put("mail/again.eml", odd);
  put("mail/large.eml", large({.subject = "large", .id = "large@example.com"}));
  home.json({"--once"});
  CHECK(home.json({"quarantine"}).size() == 2);
  CHECK(home.json({"tickets"}).size() == (policy.empty() ? 2 : 0));
  CHECK(home.value("SELECT count(*) FROM delivery") == "3");
  put("mail/other.eml", large({.subject = "another", .id = "large@example.com"}));
  home.json({"--once"});
  CHECK(home.json({"quarantine"}).size() == 3);  // the same id alone says nothing of a mail whose body is not here
}

TEST_CASE("what is in quarantine keeps nothing else out: the same mail is stored where nothing is said against it") {
  const FolderHome home("", "    max_size: 4KB\n");
  const std::string mail = large({.id = "large@example.com"});
  CHECK(home.replay(mail).at("outcome") == "quarantined");
  support::write_text(home.path() / "poller.yaml",
                      "version: 1\nstorage: sqlite:poller.db\nmailboxes:\n"
                      "  - {name: support, protocol: directory, path: mail, after: keep}\n");
  CHECK(home.replay(mail).at("outcome") == "stored");
}

TEST_CASE("a retried mail gives the ticket made for it its requester, its subject and its place") {
  const FolderHome home(kRules, kTrust);
  const auto line = home.replay(bytes_of({.subject = "ODD printer", .id = "odd@example.com"}));
  SUBCASE("closed by a person in between: open again, as with any answer") {
    home.json({"set", "T-1", "--status", "closed"});
    CHECK(retry_first(home).at("ticket") == line.at("ticket"));
    CHECK(ticket(home, "T-1").at("status") == "open");
  }
  SUBCASE("what a person wrote there stays") {
    home.json({"set", "T-1", "--subject", "by hand", "--requester", "bob@example.com"});
    CHECK(retry_first(home).at("ticket") == line.at("ticket"));
    CHECK(ticket(home, "T-1").at("subject") == "by hand");
    CHECK(ticket(home, "T-1").at("requester").at("address") == "bob@example.com");
  }
}

TEST_CASE("a quarantined answer is linked with the ticket that it names, and merged into it by the retry") {
  const FolderHome home(kRules, kTrust);
  home.replay(bytes_of({.id = "a@example.com"}));
  const auto line =
      home.replay(bytes_of({.subject = "ODD answer", .id = "odd@example.com", .reply = "<a@example.com>"}));
  CHECK(line.at("ticket") == 2);
  CHECK(home.value("SELECT group_concat(ticket_id || detail_json, ' ') FROM change_v1 WHERE what = 'linked'") ==
        "2{\"to\":1} 1{\"from\":2}");
  CHECK(decision_of(home, line).at("trust").at("linked_to") == 1);
  const auto retried = retry_first(home);
  CHECK(retried.at("ticket") == 1);
  CHECK(ticket(home, "T-2").at("status") == "merged");
  CHECK(home.value("SELECT who FROM change_v1 WHERE what = 'merged' AND ticket_id = 2") == "poller");
}

TEST_CASE("what a failed sender left in quarantine is not trusted later") {
  const FolderHome home(kRules, kTrust);
  home.replay(bytes_of({.subject = "ODD", .id = "odd@example.com", .fields = kFailed}));
  CHECK(home.value("SELECT count(*) FROM change_v1 WHERE what = 'distrusted' AND ticket_id = 1") == "1");
}

TEST_CASE("a file that cannot be read makes no empty ticket and is not deleted: after three tries it is quarantined") {
  const FolderHome home;
  const auto yaml = home.path() / "poller.yaml";
  std::string text = support::read_text(yaml);
  text.replace(text.find("keep"), 4, "delete");
  support::write_text(yaml, text);
  support::write_text(home.path() / "mail/a.eml", bytes_of({.id = "a@example.com"}));
  const auto unreadable = home.path() / "mail/b.eml";
  // This process's memory: always the same file to stat(2), and an error to read(2).
  std::filesystem::create_symlink("/proc/" + std::to_string(::getpid()) + "/mem", unreadable);
  for (int pass = 0; pass < 3; ++pass) {
    if (pass > 0) CHECK(home.json({"quarantine"}).empty());
    (void)home.run({"--once"});
    CHECK(std::filesystem::is_symlink(unreadable));
    CHECK_FALSE(std::filesystem::exists(home.path() / "mail/a.eml"));
  }
  const auto held = home.json({"quarantine"});
  REQUIRE(held.size() == 1);
  CHECK(held[0]["reason"] == "the server lists it but gives no bytes for it");
  CHECK(home.value("SELECT count(*) FROM message_v1 WHERE message_id IS NOT NULL") == "1");
}

}  // namespace poller::cli_test
