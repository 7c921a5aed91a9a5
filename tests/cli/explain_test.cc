// What people and programs are told of one mail: explain, and what `show` and `export` say of a message.
#include <doctest/doctest.h>

#include "cli/spoken.h"
#include "folder_home.h"

namespace poller::cli_test {
namespace {

bool says(const FolderHome& home, const nlohmann::json& line, const std::string& words) {
  const std::string out = home.run({"explain", line.at("message").dump()}).out;
  const bool found = out.find(words) != std::string::npos;
  const std::string both = words + " in\n" + out;
  CHECK_MESSAGE(found, both);
  return found;
}

}  // namespace

TEST_CASE("every code of a decision record has words") {
  CHECK(cli::spoken_reason("part:delivery-status") == "It bears a mail system's report about a delivery.");
  CHECK(cli::spoken_reason("action:failed") == "The report says that the delivery failed.");
  CHECK(cli::spoken_reason("header:return-path=<>").starts_with("Its return path is empty"));
  CHECK(cli::spoken_reason("header:auto-submitted=auto-replied") ==
        "Its header field auto-submitted says \"auto-replied\".");
  CHECK(cli::spoken_reason("header:list-id") == "It has the header field list-id.");
  CHECK(cli::spoken_reason("agents:told: 1") == "Agents who were told of it: 1.");
  CHECK(cli::spoken_reason("answer:held-back: no acknowledgement: the mail may not be answered") ==
        "Nothing was sent by itself, no acknowledgement: the mail may not be answered.");
  CHECK(cli::spoken_reason("rule:11 (poller.yaml:9): tag=x") == "Rule 11 (poller.yaml:9) fits: tag=x.");
  CHECK(cli::spoken_reason("recipient:b@contoso.com -> queue billing") ==
        "It was sent to b@contoso.com, an address of the queue billing.");
  CHECK(cli::spoken_reason("bounce:ours: of outbox 1, soft") ==
        "It says that a mail of ours was not delivered: outbox 1, soft.");
  CHECK(cli::spoken_reason("reopened: an answer to a closed ticket") == "Reopened: an answer to a closed ticket.");
  CHECK(cli::spoken_reason("") == "");
}

TEST_CASE("explain says which signal led there, and what was looked for in vain") {
  const FolderHome home("rules: [{when: {subject: question}, set: {tags: [asked]}}]\n",
                        "    address: support@contoso.com\n");
  home.replay(bytes_of({.id = "a@example.com"}));
  const auto answer = home.replay(bytes_of({.id = "b@example.com", .reply = "<a@example.com>"}));
  says(home, answer, "It is in T-1 because of the stored Message-ID <a@example.com>.");
  says(home, answer, "The sender is the requester there");
  says(home, answer, "Rule 1 (");
  const auto lost =
      home.replay(bytes_of({.id = "c@example.com", .reply = "<1@x> <2@x> <3@x> <4@x> <5@x> <6@x> <7@x>"}));
  says(home, lost, "It refers to <7@x>, <6@x>, <5@x>, <4@x>, <3@x> and 2 more: no mail here");
  const auto two = home.replay(
      bytes_of({.from = "Ann <ann@example.com>, eve@evil.example", .id = "d@example.com", .reply = "<a@example.com>"}));
  says(home, two, "The sender counts as a stranger: From names several addresses");
  const auto own =
      home.replay(bytes_of({.from = "support@contoso.com", .id = "e@example.com", .reply = "<a@example.com>"}));
  says(home, own, "support@contoso.com is an address of our own, and no verdict");
}

TEST_CASE("a recipient that chose the queue stands in explain") {
  const FolderHome home(
      "queues: [{name: support, number: \"T-{id}\"}, {name: billing, number: \"B{id}\", addresses: "
      "[b@contoso.com]}]\n");
  says(home, home.replay(bytes_of({.to = "b@contoso.com", .id = "a@x"})), "an address of the queue billing");
}

TEST_CASE("a mail without a Message-ID is not said to have the same one") {
  const FolderHome home;
  const std::string mail = bytes_of({});
  home.replay(mail);
  const auto again = home.replay(mail);
  CHECK(again.at("outcome") == "duplicate");
  CHECK_FALSE(mentions(again.at("reasons"), "same Message-ID"));
  CHECK(mentions(again.at("reasons"), "message 1"));
}

TEST_CASE("the flag of a mail and its further deliveries are seen wherever the mail is shown") {
  const FolderHome home("  - {name: second, protocol: directory, path: mail, after: keep}\n");
  const std::string first = bytes_of({.id = "a@example.com"});
  home.replay(first);
  CHECK(home.json({"--mailbox", "second", "replay", "-"}, first).at(0).at("outcome") == "duplicate");
  home.replay(bytes_of({.from = "eve@evil.example", .id = "b@evil.example", .reply = "<a@example.com>"}));
  for (const auto& command : {support::Arguments{"show", "T-1"}, {"export"}}) {
    const auto messages = home.json(command).at(0).at("messages");
    REQUIRE(messages.size() == 2);
    CHECK(messages.at(0).at("flagged") == false);
    CHECK(messages.at(1).at("flagged") == true);
    REQUIRE(messages.at(0).at("deliveries").size() == 1);
    CHECK(messages.at(0).at("deliveries").at(0).at("mailbox") == "second");
    CHECK(messages.at(1).at("deliveries").empty());
  }
  const std::string shown = home.run({"show", "T-1"}).out;
  CHECK(shown.find("its sender is unknown to this ticket") != std::string::npos);
  CHECK(shown.find("through mailbox second at ") != std::string::npos);
  CHECK(home.run({"explain", "1"}).out.find("The same mail came again, through mailbox second") != std::string::npos);
  CHECK(home.json({"explain", "1"}).at(0).at("deliveries").size() == 1);
}

}  // namespace poller::cli_test
