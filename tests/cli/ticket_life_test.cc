// What people do to tickets: set, merge, split, note; and who did it when.
#include <doctest/doctest.h>

#include "../support/temp_dir.h"
#include "folder_home.h"

using poller::cli_test::bytes_of;
using poller::cli_test::FolderHome;
using poller::cli_test::TestMail;

namespace {

// Three mails of one thread.
nlohmann::json thread_of_three(const FolderHome& home) {
  const auto first = home.replay(bytes_of({.subject = "printer", .id = "a@x"}));
  home.replay(bytes_of({.from = "Bob <bob@example.com>", .subject = "Re: printer", .id = "b@x", .reply = "<a@x>"}));
  return home.replay(bytes_of({.subject = "Re: printer", .id = "c@x", .reply = "<a@x> <b@x>"}));
}

}  // namespace

TEST_CASE("split makes a ticket of a message and what came after it, and answers follow it") {
  const FolderHome home;
  const auto last = thread_of_three(home);
  const auto old_ticket = last.at("ticket");
  const auto made = home.json({"split", "2"}).at(0);
  CHECK(made.at("id") != old_ticket);
  CHECK(made.at("message_count") == 2);
  CHECK(made.at("subject") == "Re: printer");
  CHECK(made.at("requester").at("address") == "bob@example.com");
  CHECK(made.at("status") == "new");
  const auto left = home.json({"show", old_ticket.dump()}).at(0);
  CHECK(left.at("message_count") == 1);
  CHECK(left.at("messages").size() == 1);
  const auto moved = home.json({"show", made.at("id").dump()}).at(0).at("messages");
  REQUIRE(moved.size() == 2);
  CHECK(moved[0].at("message_id") == "b@x");
  CHECK(home.replay(bytes_of({.id = "e@x", .reply = "<a@x>"})).at("ticket") == old_ticket);
  CHECK(home.replay(bytes_of({.id = "d@x", .reply = "<a@x> <b@x> <c@x>"})).at("ticket") == made.at("id"));
  CHECK(home.value("SELECT group_concat(what || ':' || (who <> 'poller' AND who <> ''), ' ') FROM (SELECT * FROM "
                   "change_v1 WHERE what IN ('split', 'created') ORDER BY sequence)") ==
        "created:0 created:1 split:1 split:1");
  CHECK(home.value("SELECT detail_json FROM change_v1 WHERE what = 'split' AND ticket_id = " + old_ticket.dump()) ==
        "{\"into\":" + made.at("id").dump() + ",\"messages\":2}");
}

TEST_CASE("what cannot be split is refused and stays") {
  const FolderHome home("rules: [{when: {subject: junk}, drop: true}]\n");
  thread_of_three(home);
  CHECK(home.run({"split", "1"}).exit_code == 64);
  CHECK(home.run({"split", "99"}).exit_code == 64);
  CHECK(home.run({"split", "x"}).exit_code == 64);
  const auto dropped = home.replay(bytes_of({.subject = "junk", .id = "j@x"}));
  CHECK(home.run({"split", dropped.at("message").dump()}).exit_code == 64);
  CHECK(home.json({"tickets"}).size() == 1);
}

TEST_CASE("a split ticket merged back is whole again") {
  const FolderHome home;
  const auto ticket = thread_of_three(home).at("ticket").dump();
  const auto made = home.json({"split", "3"}).at(0).at("id").dump();
  CHECK(home.run({"merge", made, ticket}).exit_code == 0);
  CHECK(home.json({"show", ticket}).at(0).at("messages").size() == 3);
  CHECK(home.replay(bytes_of({.id = "d@x", .reply = "<c@x>"})).at("ticket").dump() == ticket);
}

TEST_CASE("what came into a ticket by a merge is split off with its answers") {
  const FolderHome home;
  const auto other = home.replay(bytes_of({.from = "Bob <bob@example.com>", .subject = "other", .id = "o@x"}));
  const auto ticket = home.replay(bytes_of({.subject = "printer", .id = "a@x"})).at("ticket").dump();
  CHECK(home.run({"merge", ticket, other.at("ticket").dump()}).exit_code == 0);
  const auto made = home.json({"split", "2"}).at(0).at("id");
  CHECK(home.replay(bytes_of({.id = "b@x", .reply = "<a@x>"})).at("ticket") == made);
  CHECK(home.replay(bytes_of({.id = "p@x", .reply = "<o@x>"})).at("ticket") == other.at("ticket"));
  CHECK(home.value("SELECT count(*) FROM thread WHERE header_id = 'a@x'") == "1");
}

TEST_CASE("split takes along who is known, and the mails that the moved ones alone name") {
  const FolderHome home;
  const auto old_ticket =
      home.replay(bytes_of(
                      {.subject = "printer", .id = "a@x", .reply = "<old@y>", .fields = "Cc: Bob <bob@example.com>\n"}))
          .at("ticket");
  home.replay(bytes_of({.from = "Bob <bob@example.com>", .id = "b@x", .reply = "<old@y> <a@x> <never@y>"}));
  const auto made = home.json({"split", "2"}).at(0);
  CHECK(home.replay(bytes_of({.id = "c@x", .reply = "<never@y>"})).at("ticket") == made.at("id"));
  CHECK(home.replay(bytes_of({.id = "d@x", .reply = "<old@y>"})).at("ticket") == old_ticket);
  // Ann, whose ticket it was: her number counts in the new one too.
  const auto number = made.at("number").get<std::string>();
  CHECK(home.replay(bytes_of({.subject = "[" + number + "] more", .id = "e@x"})).at("ticket") == made.at("id"));
  CHECK(home.replay(bytes_of({.from = "eve@evil.example", .subject = "[" + number + "] more", .id = "f@x"}))
            .at("is_new_ticket")
            .get<bool>());
}

TEST_CASE("a note is for colleagues: no mail, no status, its writer in the history") {
  const FolderHome home;
  const auto ticket = home.replay(bytes_of({.id = "a@x"})).at("ticket");
  const auto line = home.json({"note", ticket.dump(), "--from-agent", "Anna"}, "Called her.\n").at(0);
  CHECK(line.at("ticket") == ticket);
  const auto shown = home.json({"show", ticket.dump()}).at(0);
  const auto& note = shown.at("messages").at(1);
  CHECK(note.at("id") == line.at("message"));
  CHECK(note.at("direction") == "note");
  CHECK(note.at("text") == "Called her.\n");
  CHECK(note.at("from").at("name") == "Anna");
  CHECK(shown.at("status") == "new");
  CHECK(home.json({"outbox", "--all"}).empty());
  CHECK(home.value("SELECT who FROM change_v1 ORDER BY sequence DESC LIMIT 1") == "Anna");
  CHECK(home.run({"note", ticket.dump()}, " \n").exit_code == 64);
  CHECK(home.run({"note", "T-99"}, "x").exit_code == 64);
}

TEST_CASE("set: every field, each with who and when, once") {
  const FolderHome home("queues: [{name: support, number: \"T-{id}\"}, {name: billing, number: \"B{id}\"}]\n");
  const auto ticket = home.replay(bytes_of({.id = "a@x"})).at("ticket").dump();
  const poller::support::Arguments all{
      "set",   ticket,       "--status", "pending",    "--queue", "billing",     "--subject",
      "paper", "--priority", "high",     "--assignee", "ben",     "--requester", "boss@contoso.com",
      "--tag", "a",          "--tag",    "b"};
  const auto line = home.json(all).at(0);
  CHECK(line.at("status") == "pending");
  CHECK(line.at("queue") == "billing");
  CHECK(line.at("subject") == "paper");
  CHECK(line.at("requester").at("address") == "boss@contoso.com");
  CHECK(home.json(all).size() == 1);
  CHECK(home.json({"set", ticket, "--untag", "a"}).size() == 1);
  CHECK(home.value("SELECT priority || assignee || tags_json FROM ticket") == "highben[\"b\"]");
  CHECK(home.value("SELECT group_concat(what, ' ') FROM (SELECT what FROM change_v1 ORDER BY sequence)") ==
        "created message status queue subject priority assignee requester tags tags");
  CHECK(
      home.value("SELECT count(*) FROM change_v1 WHERE who = '' OR at IS NULL OR at NOT LIKE '____-__-__T__:__:__Z'") ==
      "0");
  CHECK(home.run({"set", ticket}).exit_code == 64);
  CHECK(home.run({"set", ticket, "--requester", "no address"}).exit_code == 64);
  CHECK(home.run({"set", ticket, "--status", "merged"}).exit_code == 64);
}
