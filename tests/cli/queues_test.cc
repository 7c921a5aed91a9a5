// Queues: by recipient, and one mail in two mailboxes.
#include <doctest/doctest.h>

#include "folder_home.h"

using poller::cli_test::bytes_of;
using poller::cli_test::FolderHome;
using poller::cli_test::mentions;
using poller::cli_test::TestMail;

namespace {

constexpr const char* kTwoMailboxes =
    "  - {name: second, protocol: directory, path: mail, after: keep, queue: billing}\n";

std::string queues_with(const std::string& billing) {
  return "queues: [{name: support, number: \"T-{id}\"}, {name: billing, number: \"B{id}\"" + billing + "}]\n";
}

std::string queue_of(const FolderHome& home, const TestMail& mail) {
  return home.replay(bytes_of(mail)).at("queue").get<std::string>();
}

}  // namespace

TEST_CASE("the recipient chooses the queue: To, the mail system's own word, a plus; a copy does not") {
  const FolderHome home(queues_with(", addresses: [billing@contoso.com]"), "    address: support@contoso.com\n");
  CHECK(queue_of(home, {.to = "Billing <BILLING@contoso.com>", .id = "1@x"}) == "billing");
  CHECK(queue_of(home, {.to = "billing+eu@contoso.com", .id = "2@x"}) == "billing");
  CHECK(queue_of(home, {.to = "support+billing@contoso.com", .id = "3@x"}) == "billing");
  CHECK(queue_of(home, {.to = "other+billing@contoso.com", .id = "4@x"}) == "support");
  CHECK(queue_of(home, {.id = "5@x", .fields = "Cc: billing@contoso.com\n"}) == "support");
  CHECK(queue_of(home, {.to = "list@example.org", .id = "6@x", .fields = "Cc: billing@contoso.com\n"}) == "billing");
  CHECK(queue_of(home, {.id = "7@x", .fields = "Delivered-To: billing@contoso.com\n"}) == "billing");
  CHECK(queue_of(home, {.id = "8@x", .fields = "X-Original-To: billing@contoso.com\n"}) == "billing");
  CHECK(queue_of(home, {.to = "billing@contoso.com.evil.test", .id = "9@x"}) == "support");
  const auto line = home.replay(bytes_of({.to = "billing@contoso.com", .id = "10@x"}));
  CHECK(mentions(line.at("reasons"), "recipient:billing@contoso.com -> queue billing"));
  CHECK(home.value("SELECT number FROM ticket_v1 WHERE id = " + line.at("ticket").dump()).starts_with("B"));
}

TEST_CASE("a rule's queue counts more than the recipient's") {
  const FolderHome home(queues_with(", addresses: [billing@contoso.com]") +
                        "rules: [{when: {subject: printer}, set: {queue: support}}]\n");
  CHECK(queue_of(home, {.to = "billing@contoso.com", .subject = "printer", .id = "1@x"}) == "support");
}

TEST_CASE("one mail in two mailboxes makes one ticket") {
  const FolderHome home(queues_with(""), std::string("    queue: support\n") + kTwoMailboxes);
  const auto mail = bytes_of({.id = "a@x"});
  CHECK(home.json({"replay", "-", "--mailbox", "support"}, mail).at(0).at("outcome") == "stored");
  CHECK(home.json({"replay", "-", "--mailbox", "second"}, mail).at(0).at("outcome") == "duplicate");
  CHECK(home.json({"tickets"}).size() == 1);
}

TEST_CASE("with own_copy it makes one in each queue, each met once") {
  const FolderHome home(queues_with(", own_copy: true"), std::string("    queue: support\n") + kTwoMailboxes);
  const auto mail = bytes_of({.id = "a@x"});
  const auto first = home.json({"replay", "-", "--mailbox", "support"}, mail).at(0);
  const auto second = home.json({"replay", "-", "--mailbox", "second"}, mail).at(0);
  CHECK(second.at("outcome") == "stored");
  CHECK(second.at("is_new_ticket").get<bool>());
  CHECK(second.at("queue") == "billing");
  CHECK(second.at("ticket") != first.at("ticket"));
  CHECK(home.json({"replay", "-", "--mailbox", "support"}, mail).at(0).at("outcome") == "duplicate");
  const auto again = home.json({"replay", "-", "--mailbox", "second"}, mail).at(0);
  CHECK(again.at("outcome") == "duplicate");
  CHECK(again.at("ticket") == second.at("ticket"));
  const auto reply = bytes_of({.subject = "Re: a question", .id = "b@x", .reply = "<a@x>"});
  CHECK(home.json({"replay", "-", "--mailbox", "second"}, reply).at(0).at("ticket") == second.at("ticket"));
  const auto other = home.json({"replay", "-", "--mailbox", "support"}, reply).at(0);
  CHECK(other.at("outcome") == "stored");
  CHECK(other.at("ticket") == first.at("ticket"));
  CHECK(home.run({"set", second.at("ticket").dump(), "--queue", "support"}).exit_code == 0);
  CHECK(home.json({"replay", "-", "--mailbox", "second"}, mail).at(0).at("outcome") == "duplicate");
  CHECK(home.json({"tickets"}).size() == 2);
}

TEST_CASE("with own_copy both queues have the mail, whichever mailbox is read first") {
  const FolderHome home(queues_with(", own_copy: true"), std::string("    queue: support\n") + kTwoMailboxes);
  const auto mail = bytes_of({.id = "a@x"});
  CHECK(home.json({"replay", "-", "--mailbox", "second"}, mail).at(0).at("queue") == "billing");
  const auto other = home.json({"replay", "-", "--mailbox", "support"}, mail).at(0);
  CHECK(other.at("outcome") == "stored");
  CHECK(other.at("queue") == "support");
  CHECK(home.json({"replay", "-", "--mailbox", "support"}, mail).at(0).at("outcome") == "duplicate");
  CHECK(home.json({"replay", "-", "--mailbox", "second"}, mail).at(0).at("outcome") == "duplicate");
  // An answer to a mail that one queue alone has is stored there once.
  home.json({"replay", "-", "--mailbox", "support"}, bytes_of({.subject = "alone", .id = "c@x"}));
  const auto answer = bytes_of({.subject = "Re: alone", .id = "d@x", .reply = "<c@x>"});
  CHECK(home.json({"replay", "-", "--mailbox", "support"}, answer).at(0).at("outcome") == "stored");
  CHECK(home.json({"replay", "-", "--mailbox", "second"}, answer).at(0).at("outcome") == "duplicate");
}

TEST_CASE("own copies of a mail whose parent never came stay two tickets, also when the parent comes late") {
  const FolderHome home(queues_with(", own_copy: true"), std::string("    queue: support\n") + kTwoMailboxes);
  const auto through = [&](const char* mailbox, const std::string& mail) {
    return home.json({"replay", "-", "--mailbox", mailbox}, mail).at(0);
  };
  const auto child = bytes_of({.subject = "Re: it", .id = "b@x", .reply = "<a@x>"});
  const auto one = through("support", child);
  const auto two = through("second", child);
  CHECK(two.at("outcome") == "stored");
  CHECK(two.at("queue") == "billing");
  CHECK(two.at("ticket") != one.at("ticket"));
  CHECK(mentions(two.at("reasons"), "refused: it is the other queue's copy"));
  const auto late = bytes_of({.subject = "it", .id = "a@x"});
  CHECK(through("support", late).at("ticket") == one.at("ticket"));
  CHECK(through("second", late).at("ticket") == two.at("ticket"));
  CHECK(home.value("SELECT group_concat(status || message_count, ' ') FROM ticket_v1") == "new2 new2");
  for (const char* mailbox : {"support", "second"}) {
    CHECK(through(mailbox, child).at("outcome") == "duplicate");
    CHECK(through(mailbox, late).at("outcome") == "duplicate");
  }
}

TEST_CASE("a mailbox whose queue wants own copies keeps what names it, whoever else claims the mail") {
  const FolderHome home;
  poller::support::write_text(home.path() / "poller.yaml",
                              "version: 1\nstorage: sqlite:poller.db\nmailboxes:\n"
                              "  - {name: support, protocol: directory, path: mail, address: support@contoso.com}\n"
                              "  - {name: second, protocol: directory, path: mail, address: billing@contoso.com, "
                              "queue: billing}\n"
                              "queues:\n  - {name: support, addresses: [support@contoso.com]}\n"
                              "  - {name: billing, own_copy: true, addresses: [billing@contoso.com]}\n");
  const auto mail = bytes_of({.id = "a@x", .fields = "Cc: billing@contoso.com\n"});
  CHECK(home.json({"replay", "-", "--mailbox", "support"}, mail).at(0).at("queue") == "support");
  const auto copy = home.json({"replay", "-", "--mailbox", "second"}, mail).at(0);
  CHECK(copy.at("outcome") == "stored");
  CHECK(copy.at("queue") == "billing");
}

TEST_CASE("what a rule drops in one mailbox is not lost to a queue that wants copies of its own") {
  const FolderHome home(queues_with(", own_copy: true") + "rules: [{when: {mailbox: \"^support$\"}, drop: true}]\n",
                        std::string("    queue: support\n") + kTwoMailboxes);
  const auto mail = bytes_of({.id = "a@x"});
  CHECK(home.json({"replay", "-", "--mailbox", "support"}, mail).at(0).at("outcome") == "ignored");
  CHECK(home.json({"replay", "-", "--mailbox", "second"}, mail).at(0).at("outcome") == "stored");
  CHECK(home.json({"replay", "-", "--mailbox", "support"}, mail).at(0).at("outcome") == "duplicate");
  CHECK(home.json({"tickets"}).size() == 1);
}
