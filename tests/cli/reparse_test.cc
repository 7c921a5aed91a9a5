// `poller reparse`: what is derived is read anew, and nothing else changes.
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "folder_home.h"

using poller::cli_test::bytes_of;
using poller::cli_test::FolderHome;
using poller::cli_test::mentions;

namespace {

// As an earlier version might have read it.
void spoil(const FolderHome& home, const std::string& sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open((home.path() / "poller.db").c_str(), &db) == SQLITE_OK);
  const int result = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr);
  CHECK_MESSAGE(result == SQLITE_OK, sqlite3_errmsg(db));
  sqlite3_close(db);
}

std::string mail_with_file() {
  return bytes_of({.subject = "two parts",
                   .id = "a@x",
                   .fields = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n",
                   .body = "--b\n\nHello.\n--b\nContent-Type: text/csv\nContent-Disposition: attachment; "
                           "filename=a.csv\n\n1,2\n--b\nContent-Type: text/csv\nContent-Disposition: attachment; "
                           "filename=b.csv\n\n3,4\n--b--\n"});
}

}  // namespace

TEST_CASE("nothing changes where the parsers are those that read it") {
  const FolderHome home;
  home.replay(mail_with_file());
  const auto lines = home.json({"reparse"});
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].at("summary").at("mails") == 1);
  CHECK(lines[0].at("summary").at("changed") == 0);
  CHECK(home.value("SELECT count(*) FROM change_v1 WHERE what = 'reparsed'") == "0");
}

TEST_CASE("a dry run shows what would change; without it derived fields change, with who and when") {
  const FolderHome home;
  const auto ticket = home.replay(mail_with_file()).at("ticket").dump();
  const auto good = home.json({"show", ticket}).at(0);
  spoil(home,
        "UPDATE message SET subject = 'wrong', text = 'wrong', new_text = NULL, kind = 'list', header_id = NULL; "
        "UPDATE attachment SET filename = 'x' WHERE position = 0; DELETE FROM attachment WHERE position = 1;"
        "INSERT INTO attachment SELECT 90, message_id, 1, 'late', content_type, size, sha256, NULL, 0, 0, 0, 0, '' "
        "FROM attachment; INSERT INTO attachment SELECT 91, message_id, 2, 'much', content_type, size, sha256, "
        "NULL, 0, 0, 0, 0, '' FROM attachment WHERE position = 0;");
  const auto dry = home.json({"reparse", "--dry-run"});
  REQUIRE(dry.size() == 2);
  CHECK(dry[0].at("ticket").dump() == ticket);
  const auto field_named = [&](const std::string& name) {
    for (const auto& field : dry[0].at("fields")) {
      if (field.at("field") == name) return field;
    }
    return nlohmann::json();
  };
  CHECK(field_named("subject").at("before") == "wrong");
  CHECK(field_named("subject").at("after") == "two parts");
  CHECK(field_named("kind").at("after") == "mail");
  CHECK(field_named("attachments").is_object());
  CHECK(field_named("date").is_null());
  CHECK(home.value("SELECT subject FROM message_v1") == "wrong");
  CHECK(home.run({"reparse", "--dry-run"}).out.find("+ two parts") != std::string::npos);

  CHECK(home.json({"reparse", "--since", "2027-01-01"}).at(0).at("summary").at("mails") == 0);
  CHECK(home.json({"reparse"}).at(1).at("summary").at("changed") == 1);
  auto again = home.json({"show", ticket}).at(0);
  CHECK(again.at("messages").at(0).at("text") == good.at("messages").at(0).at("text"));
  CHECK(again.at("messages").at(0).at("message_id") == "a@x");
  auto files = again.at("messages").at(0).at("attachments");
  auto old_files = good.at("messages").at(0).at("attachments");
  REQUIRE(files.size() == 2);
  CHECK(files[0] == old_files[0]);
  CHECK(files[1].at("id") == 90);
  CHECK(files[1].at("sha256") == old_files[1].at("sha256"));
  CHECK(home.run({"save", "90", "-o", "out"}).exit_code == 0);
  CHECK(home.value("SELECT who <> '' AND at <> '' AND detail_json LIKE '{\"fields\":[\"message_id\",%' FROM change_v1 "
                   "WHERE what = 'reparsed'") == "1");
  CHECK(home.json({"reparse"}).at(0).at("summary").at("changed") == 0);
}

TEST_CASE("what today's rules would say is shown and never done") {
  const FolderHome home(
      "queues: [{name: support, number: \"T-{id}\"}, {name: billing, number: \"B{id}\"}]\n"
      "rules:\n  - {when: {subject: invoice}, set: {queue: billing, tags: [paper]}}\n"
      "  - {when: {subject: junk}, drop: true}\n");
  const auto one = home.replay(bytes_of({.subject = "invoice", .id = "a@x"}));
  const auto two = home.replay(bytes_of({.subject = "junk", .id = "b@x"}));
  CHECK(two.at("outcome") == "ignored");
  CHECK(home.run({"set", one.at("ticket").dump(), "--queue", "support"}).exit_code == 0);
  const auto lines = home.json({"reparse"});
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].at("rules") == nlohmann::json({"queue=billing"}));
  CHECK(lines[0].at("fields").empty());
  CHECK(lines[1].at("summary").at("by_rules") == 1);
  CHECK(home.value("SELECT queue FROM ticket_v1") == "support");
  CHECK(home.run({"reparse", "--since", "yesterday"}).exit_code == 64);
}

TEST_CASE("what only a rule had dropped is shown when no rule drops it any more; our own mail come back is not") {
  const FolderHome home("rules:\n  - {when: {subject: junk}, drop: true}\n");
  home.replay(bytes_of({.subject = "junk", .id = "b@x"}));
  CHECK(home.json({"reparse"}).size() == 1);
  auto text = poller::support::read_text(home.path() / "poller.yaml");
  text.erase(text.find("rules:"));
  poller::support::write_text(home.path() / "poller.yaml", text);
  CHECK(home.json({"reparse"}).at(0).at("rules") == nlohmann::json({"not dropped"}));
  spoil(home, R"(UPDATE message SET decision_json = '{"reasons":["loop: our own"]}')");
  CHECK(home.json({"reparse"}).size() == 1);
}

TEST_CASE("a mail whose identity was read otherwise is met again as itself") {
  const FolderHome home;
  const auto mail = mail_with_file();
  home.replay(mail);
  spoil(home, "UPDATE message SET identity = 'of an earlier version'");
  CHECK(home.json({"reparse", "--dry-run"}).at(0).at("fields").at(0).at("field") == "identity");
  CHECK(home.json({"reparse"}).size() == 2);
  CHECK(home.json({"reparse"}).size() == 1);
  CHECK(home.replay(mail).at("outcome") == "duplicate");
}

TEST_CASE("answers kept as notes are read anew too, what people wrote is not") {
  const FolderHome home("queues: [{name: support, closed: note}]\n");
  const auto ticket = home.replay(bytes_of({.id = "a@x"})).at("ticket").dump();
  CHECK(home.run({"set", ticket, "--status", "closed"}).exit_code == 0);
  home.replay(bytes_of({.id = "b@x", .reply = "<a@x>"}));
  CHECK(home.run({"note", ticket}, "a person's").exit_code == 0);
  spoil(home, "UPDATE message SET text = 'wrong', new_text = NULL WHERE direction = 'note'");
  const auto lines = home.json({"reparse"});
  CHECK(lines.size() == 2);
  CHECK(lines.back().at("summary").at("mails") == 2);
  CHECK(home.value("SELECT group_concat(text, '|') FROM (SELECT text FROM message_v1 WHERE direction = 'note' ORDER BY "
                   "id)") == "Hello.\n|wrong");
}

TEST_CASE("what a mail refers to and who takes part come along, but not where the sender was not trusted") {
  const FolderHome home("", "    trust: {authserv_id: mx.contoso.com}\n");
  const auto cc_and = [](const std::string& fields) { return "Cc: carl@example.org\n" + fields; };
  home.replay(bytes_of({.id = "a@example.com", .reply = "<lost@example.com>", .fields = cc_and("")}));
  home.replay(bytes_of({.id = "f@example.com",
                        .reply = "<forged@example.com>",
                        .fields = cc_and("Authentication-Results: mx.contoso.com; dmarc=fail\n")}));
  spoil(home,
        "UPDATE message SET cc_json = '[]', extra_json = json_set(extra_json, '$.references', json('[]'));"
        "DELETE FROM thread WHERE header_id = 'lost@example.com'; DELETE FROM participant;");
  home.json({"reparse", "--dry-run"});
  CHECK(home.value("SELECT count(*) FROM participant") == "0");
  const auto lines = home.json({"reparse"});
  CHECK(lines.back().at("summary").at("changed") == 2);
  CHECK(home.value("SELECT group_concat(ticket_id || ' ' || address) FROM participant"
                   " WHERE address = 'carl@example.org'") == "1 carl@example.org");
  CHECK(home.value("SELECT count(*) FROM thread WHERE header_id = 'forged@example.com'") == "0");
  CHECK(home.value("SELECT count(*) FROM ticket_v1") == "2");
  const auto later = home.replay(bytes_of({.id = "b@example.com", .reply = "<lost@example.com>"}));
  CHECK(later.at("ticket") == 1);
}
