// Rules, from poller.yaml to the ticket.
#include <doctest/doctest.h>

#include "folder_home.h"

using poller::cli_test::bytes_of;
using poller::cli_test::FolderHome;
using poller::cli_test::mentions;
using poller::cli_test::TestMail;

namespace {

constexpr const char* kQueues = "queues: [{name: support, number: \"T-{id}\"}, {name: billing, number: \"B{id}\"}]\n";

// As they stand in the documentation.
constexpr const char* kExample =
    "rules:\n"
    "  - {when: {from: \"@example\\\\.com$\", subject: \"(?i)invoice\"}, set: {queue: billing, priority: high}}\n"
    "  - {when: {header: {name: X-Spam-Flag, matches: \"(?i)^yes\"}}, set: {status: spam}}   # or drop: true, stop: "
    "true\n";

}  // namespace

TEST_CASE("queue, priority and status of a new ticket, by the documented example") {
  const FolderHome home(std::string(kQueues) + kExample);
  const auto invoice = home.replay(bytes_of({.subject = "Your Invoice 7", .id = "a@example.com"}));
  CHECK(invoice.at("queue") == "billing");
  CHECK(mentions(invoice.at("reasons"), "rule:1 (poller.yaml:"));
  const auto spam = home.replay(bytes_of({.id = "b@example.com", .fields = "X-Spam-Flag: YES\n"}));
  const auto plain = home.replay(bytes_of({.from = "eve@example.com.evil.test", .subject = "invoice", .id = "c@x"}));
  CHECK(plain.at("queue") == "support");
  CHECK(home.value("SELECT number || ' ' || queue || ' ' || priority || ' ' || status FROM ticket_v1 WHERE id = " +
                   invoice.at("ticket").dump()) == "B1 billing high new");
  CHECK(home.value("SELECT status FROM ticket_v1 WHERE id = " + spam.at("ticket").dump()) == "spam");
  CHECK(home.value("SELECT status FROM ticket_v1 WHERE id = " + plain.at("ticket").dump()) == "new");
  CHECK(mentions(home.json({"explain", invoice.at("message").dump()}).at(0).at("decision").at("reasons"),
                 "queue=billing priority=high"));
}

TEST_CASE("tags, requester and assignee of a new ticket; no_answer stands in the message") {
  const FolderHome home(
      "rules: [{when: {subject: printer}, set: {tags: [hardware, print], requester: boss@contoso.com, assignee: ben}, "
      "no_answer: true}]\n");
  const auto line = home.replay(bytes_of({.subject = "the printer", .id = "a@example.com"}));
  const auto ticket = home.json({"show", line.at("ticket").dump()}).at(0);
  CHECK(ticket.at("requester").at("address") == "boss@contoso.com");
  CHECK_FALSE(ticket.at("messages").at(0).at("may_answer").get<bool>());
  CHECK(home.value("SELECT tags_json || assignee FROM ticket") == "[\"hardware\",\"print\"]ben");
}

TEST_CASE("on a mail that joins, priority, tags, status and assignee, never the queue") {
  const FolderHome home(std::string(kQueues) +
                        "rules:\n"
                        "  - {when: {subject: one}, set: {tags: [first], priority: low}}\n"
                        "  - {when: {body: urgent}, set: {queue: billing, priority: high, status: pending, "
                        "assignee: ben, tags: [first, hot], requester: eve@example.net}}\n");
  home.replay(bytes_of({.subject = "one", .id = "a@example.com"}));
  const auto line = home.replay(
      bytes_of({.subject = "Re: more", .id = "b@example.com", .reply = "<a@example.com>", .body = "It is urgent.\n"}));
  CHECK_FALSE(line.at("is_new_ticket").get<bool>());
  CHECK(line.at("queue") == "support");
  CHECK(home.value("SELECT queue || priority || status || assignee || tags_json || requester_address FROM ticket") ==
        "supporthighpendingben[\"first\",\"hot\"]ann@example.com");
  CHECK(home.value("SELECT group_concat(what, ' ') FROM (SELECT what FROM change_v1 ORDER BY sequence)") ==
        "created message message status priority assignee tags");
}

TEST_CASE("what is dropped is stored as ignored, once, and makes no ticket") {
  const FolderHome home("rules: [{when: {from: spammer}, drop: true}, {set: {priority: high}}]\n");
  const auto mail = bytes_of({.from = "spammer@example.net", .id = "a@example.net"});
  const auto line = home.replay(mail);
  CHECK(line.at("outcome") == "ignored");
  CHECK(line.at("ticket").is_null());
  CHECK(mentions(line.at("reasons"), "rule:1"));
  CHECK(home.replay(mail).at("outcome") == "duplicate");
  CHECK(home.json({"tickets"}).empty());
  CHECK(home.value("SELECT count(*) FROM message_v1 WHERE ticket_id IS NULL AND raw_sha256 IS NOT NULL") == "1");
  CHECK(home.value("SELECT count(*) FROM ledger WHERE state <> 2") == "0");
  const auto raw = home.run({"save", "--raw", line.at("message").dump(), "-o", "out"});
  CHECK_MESSAGE(raw.exit_code == 0, raw.err);
  CHECK(home.run({"explain", line.at("message").dump()}).out.find("no ticket") != std::string::npos);
}

TEST_CASE("a rule's quarantine keeps the bytes, and a person's retry is not sent back there") {
  const FolderHome home("rules: [{when: {attachment_name: \"\\\\.exe$\"}, quarantine: true}]\n");
  const auto mail = bytes_of({.id = "a@x",
                              .fields = "MIME-Version: 1.0\nContent-Type: application/octet-stream\n"
                                        "Content-Disposition: attachment; filename=setup.exe\n"});
  const auto line = home.replay(mail);
  CHECK(line.at("outcome") == "quarantined");
  const auto again = home.replay(mail);
  CHECK(again.at("outcome") == "duplicate");
  CHECK(again.at("ticket") == line.at("ticket"));
  const auto rows = home.json({"quarantine"});
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].at("size") == mail.size());
  const auto retried = home.json({"quarantine", "retry", rows[0].at("id").dump()}).at(0);
  CHECK(retried.at("outcome") == "stored");
  CHECK(retried.at("ticket") == line.at("ticket"));
  CHECK(home.json({"quarantine"}).empty());
}

TEST_CASE("stop ends the rules; a dry run shows them and changes nothing") {
  const FolderHome home("rules: [{when: {kind: ^mail$}, stop: true}, {drop: true}]\n");
  const auto mail = bytes_of({.id = "a@x"});
  const auto dry = home.json({"replay", "--dry-run", "-"}, mail).at(0);
  CHECK(dry.at("outcome") == "stored");
  CHECK(mentions(dry.at("reasons"), "rule:1"));
  CHECK_FALSE(mentions(dry.at("reasons"), "rule:2"));
  CHECK(home.replay(mail).at("outcome") == "stored");
}

TEST_CASE("broken patterns are configuration errors with their places, all of them, wherever it is loaded") {
  const FolderHome home(
      "rules:\n  - {when: {subject: \"a(b\"}, drop: true}\n  - {when: {body: \"[z-a]\"}, drop: true}\n");
  for (const auto& arguments : {poller::support::Arguments{"check"}, {"--once"}, {"tickets"}}) {
    const auto result = home.run(arguments);
    CHECK(result.exit_code == 78);
    const std::string all = result.out + result.err;
    CHECK(all.find("poller.yaml:9:22: error: rules[#1].when.subject: bad pattern \"a(b\"") != std::string::npos);
    CHECK(all.find("poller.yaml:10:19: error: rules[#2].when.body: bad pattern") != std::string::npos);
  }
}

TEST_CASE("quarantine: its bytes exported as they came; what is dropped is told in its ticket, and stays dropped") {
  const FolderHome home("rules: [{when: {subject: odd}, quarantine: true}]\n");
  const auto mail = bytes_of({.subject = "odd", .id = "a@x"});
  const auto line = home.replay(mail);
  CHECK(line.at("outcome") == "quarantined");
  const auto id = home.json({"quarantine"}).at(0).at("id").dump();
  CHECK(home.run({"quarantine", "export", id}).out == mail);
  CHECK(home.run({"quarantine", "export", id, "-o", "odd.eml"}).exit_code == 0);
  CHECK(poller::support::read_text(home.path() / "odd.eml") == mail);
  CHECK(home.run({"quarantine", "export", id, "-o", "odd.eml"}).exit_code == 64);
  CHECK(home.json({"quarantine", "drop", id}).at(0).at("state") == "dropped");
  CHECK(home.value("SELECT who <> '' AND ticket_id = " + line.at("ticket").dump() +
                   " FROM change_v1 WHERE what = 'quarantine-dropped'") == "1");
  CHECK(home.json({"quarantine"}).empty());
  CHECK(home.run({"quarantine", "drop", id}).exit_code == 64);
  CHECK(home.run({"quarantine", "retry", id}).exit_code == 64);
}

TEST_CASE("quarantine: hold makes no ticket; a retry does") {
  const FolderHome home("quarantine: hold\nrules: [{when: {subject: odd}, quarantine: true}]\n");
  const auto line = home.replay(bytes_of({.subject = "odd", .id = "a@x"}));
  CHECK(line.at("outcome") == "quarantined");
  CHECK(line.at("ticket").is_null());
  CHECK(home.json({"tickets"}).empty());
  const auto id = home.json({"quarantine"}).at(0).at("id").dump();
  CHECK(home.json({"quarantine", "retry", id}).at(0).at("outcome") == "stored");
  CHECK(home.json({"tickets"}).size() == 1);
}

TEST_CASE("VIPs and block lists from files, organisations by domain") {
  const FolderHome home(
      "organisations: [{name: Fabrikam, domains: [fabrikam.com, b\u00fccher.example]}]\n"
      "rules:\n"
      "  - {when: {from_list: blocked.txt}, drop: true, stop: true}\n"
      "  - {when: {from_list: vip.txt}, set: {priority: high}}\n"
      "  - {when: {organisation: \"^Fabrikam$\"}, set: {tags: [fabrikam]}}\n");
  CHECK(home.run({"check"}).exit_code == 78);
  poller::support::write_text(home.path() / "blocked.txt",
                              "# nobody wants these\n@spam.example\neve@example.net # her too\n");
  poller::support::write_text(home.path() / "vip.txt", "Boss@Fabrikam.COM\r\n\r\n");
  CHECK(home.run({"check"}).exit_code == 0);
  const auto outcome = [&](const std::string& from) {
    return home.json({"rules", "test", "-"}, bytes_of({.from = from})).back().at("outcome");
  };
  CHECK(outcome("x@mail.spam.example").at("drop").get<bool>());
  CHECK(outcome("EVE@example.net").at("drop").get<bool>());
  CHECK_FALSE(outcome("x@nospam.example").at("drop").get<bool>());
  CHECK_FALSE(outcome("x@spam.example.org").at("drop").get<bool>());
  CHECK(outcome("The Boss <boss@fabrikam.com>").at("priority") == "high");
  CHECK(outcome("ann@eu.fabrikam.com").at("tags") == nlohmann::json({"fabrikam"}));
  CHECK(outcome("ann@xn--bcher-kva.example").at("tags") == nlohmann::json({"fabrikam"}));
  CHECK(outcome("ann@notfabrikam.com").at("tags").empty());
  CHECK(mentions(home.replay(bytes_of({.from = "ann@fabrikam.com", .id = "a@x"})).at("reasons"),
                 "organisation:Fabrikam"));
  poller::support::write_text(home.path() / "vip.txt", "ann@example.com\nall of them\n");
  const auto broken = home.run({"check"});
  CHECK(broken.exit_code == 78);
  CHECK((broken.out + broken.err).find("vip.txt:2: found \"all of them\"") != std::string::npos);
}
