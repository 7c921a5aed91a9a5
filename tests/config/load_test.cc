#include "config/load.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/safe_file.h"
#include "tests/config/config_files.h"

using namespace poller::config;
using poller::test::ConfigFolder;

TEST_CASE("a mailbox of protocol directory needs name, protocol and path alone") {
  ConfigFolder folder;
  const Loaded loaded = folder.load("version: 1\nmailboxes: [{name: files, protocol: directory, path: mail}]\n");
  CHECK(folder.complaints(loaded).empty());
  REQUIRE(loaded.config.mailboxes.size() == 1);
  const Mailbox& mailbox = loaded.config.mailboxes[0];
  CHECK(mailbox.path == folder.path() / "mail");
  CHECK(mailbox.queue == "support");
  CHECK(loaded.config.sqlite_path == folder.path() / "var/poller.db");
  CHECK(loaded.config.vault_path == folder.path() / "var/tokens");
  CHECK(find_mailbox(loaded.config, "files") == &mailbox);
  CHECK(find_mailbox(loaded.config, "other") == nullptr);
  REQUIRE(find_queue(loaded.config, "support") != nullptr);
  CHECK(find_queue(loaded.config, "support")->number == "T-{id}");
}

TEST_CASE("line ends of Windows, a byte order mark and quotes change nothing") {
  const ConfigFolder folder;
  const std::string text =
      "\xEF\xBB\xBFversion: 1\r\nmailboxes:\r\n  - name: 'fi''les'\r\n    protocol: \"directory\"\r\n    path: "
      "mail\r\n";
  const Loaded loaded = folder.load(text);
  CHECK(folder.complaints(loaded).empty());
  REQUIRE(loaded.config.mailboxes.size() == 1);
  CHECK(loaded.config.mailboxes[0].name == "fi'les");
}

TEST_CASE("places count characters, not bytes, from the first one") {
  const ConfigFolder folder;
  CHECK(folder.complaints(folder.load("\xEF\xBB\xBFmailboxes: [{name: Büro, protocol: directory, path: mail, x: 1}]\n"))
            .starts_with("poller.yaml:1:59: error: mailboxes[Büro]: unknown key \"x\""));
}

TEST_CASE("anchors, aliases and merged mappings save repetition") {
  const ConfigFolder folder;
  const Loaded loaded = folder.load(R"(mailboxes:
  - &first {name: first, protocol: directory, path: one, after: keep, poll_every: 5m}
  - {<<: *first, name: second, path: two}
)");
  CHECK(folder.complaints(loaded).empty());
  REQUIRE(loaded.config.mailboxes.size() == 2);
  CHECK(loaded.config.mailboxes[1].name == "second");
  CHECK(loaded.config.mailboxes[1].path == folder.path() / "two");
  CHECK(loaded.config.mailboxes[1].after.action == AfterAction::keep);
  CHECK(loaded.config.mailboxes[1].poll_every == Seconds(300));
}

TEST_CASE("paths are relative to the file, wherever the program was started") {
  const ConfigFolder folder;
  const Loaded loaded = folder.load(R"(storage: sqlite:../db/p.db
vault: {path: /abs/tokens, key: {file: k/../key}}
mailboxes: [{name: a, protocol: directory, path: ./mail/}]
answers: {new_ticket: {text: t.txt}}
http: {listen: "unix:run/http"}
)");
  CHECK(loaded.config.file == folder.path() / "poller.yaml");
  CHECK(loaded.config.sqlite_path == folder.path().parent_path() / "db/p.db");
  CHECK(loaded.config.vault_path == "/abs/tokens");
  CHECK(loaded.config.vault_key.name == (folder.path() / "key").string());
  CHECK(loaded.config.answers.new_ticket.enabled);
  CHECK(loaded.config.answers.new_ticket.text == folder.path() / "t.txt");
  CHECK(loaded.config.http_listen == "unix:" + (folder.path() / "run/http").string());
}

TEST_CASE("without queues there is the first mailbox's, or support") {
  const ConfigFolder folder;
  const auto queue = [&](const char* mailboxes) {
    const Loaded loaded = folder.load(std::string("mailboxes: [") + mailboxes + "]\n");
    CHECK(loaded.ok());
    REQUIRE(loaded.config.queues.size() == 1);
    for (const Mailbox& mailbox : loaded.config.mailboxes) CHECK(mailbox.queue == loaded.config.queues[0].name);
    return loaded.config.queues[0].name;
  };
  CHECK(queue("{name: a, protocol: directory, path: x}") == "support");
  CHECK(queue("{name: a, protocol: directory, path: x, queue: sales}, {name: b, protocol: directory, path: y}") ==
        "sales");
}

TEST_CASE("rules keep their order, their patterns and their places") {
  const ConfigFolder folder;
  const Loaded loaded = folder.load(R"(mailboxes: [{name: a, protocol: directory, path: x}]
queues: [{name: support}, {name: billing}]
rules:
  - {when: {from: "@example\\.com$", subject: "(?i)invoice"}, set: {queue: billing, priority: high, tags: [money, vip]}}
  - when:
      header: [{name: X-Spam-Flag, matches: "(?i)^yes"}, {name: X-Spam-Level, matches: "\\*{5}"}]
      size: ">10MB"
    drop: true
    stop: true
)");
  REQUIRE(loaded.config.rules.size() == 2);
  const Rule& first = loaded.config.rules[0];
  REQUIRE(first.when.size() == 2);
  CHECK(first.when[0].subject == "from");
  CHECK(first.when[0].pattern == "@example\\.com$");
  CHECK(first.when[0].place.line == 4);
  CHECK(first.when[0].place.column == 19);
  CHECK(first.queue == "billing");
  CHECK(first.priority == "high");
  CHECK(first.tags == std::vector<std::string>{"money", "vip"});
  CHECK_FALSE(first.drop);
  const Rule& second = loaded.config.rules[1];
  REQUIRE(second.when.size() == 3);
  CHECK(second.when[1].header == "X-Spam-Level");
  CHECK(second.when[2].pattern == ">10MB");
  CHECK(second.drop);
  CHECK(second.stop);
}

TEST_CASE("a token is needed to read by OAuth, and to send by it") {
  const ConfigFolder folder;
  const Loaded loaded = folder.load(R"(vault: {key: {env: K}}
mailboxes:
  - {name: files, protocol: directory, path: x}
  - {name: sends, protocol: directory, path: x, address: a@b.c, smtp: {host: s}, oauth: {client_id: c, discovery: "https://i/o"}}
  - {name: relay, protocol: directory, path: x, address: a@b.c, smtp: {host: s}}
  - {name: old, address: a@b.c, server: {host: h}, password: {env: P}, smtp: {host: s}}
  - {name: new, address: a@b.c, server: {host: h}, oauth: {client_id: c, discovery: "https://i/o"}, smtp: {host: s, password: {env: P}}}
)");
  INFO(folder.complaints(loaded));
  REQUIRE(loaded.config.mailboxes.size() == 5);
  const auto& all = loaded.config.mailboxes;
  CHECK((!needs_token(all[0]) && !sends_by_oauth(all[0])));
  CHECK((needs_token(all[1]) && sends_by_oauth(all[1])));
  CHECK((!needs_token(all[2]) && !sends_by_oauth(all[2])));
  CHECK((!needs_token(all[3]) && !sends_by_oauth(all[3])));
  CHECK((needs_token(all[4]) && !sends_by_oauth(all[4])));
}

TEST_CASE("a missing, a foreign or an endless file is one complaint") {
  const ConfigFolder folder;
  const auto text_of = [&](const std::filesystem::path& file) { return folder.complaints(load(file)); };
  CHECK(text_of(folder.path() / "none.yaml") == "none.yaml: error: cannot open none.yaml: No such file or directory\n");
  CHECK(text_of("/dev/zero") == "/dev/zero: error: /dev/zero is larger than 1000000 bytes\n");
  const Loaded directory = load(folder.path());
  CHECK(directory.complaints.size() == 1);
  CHECK_FALSE(directory.ok());
}

TEST_CASE("the file is the one that is named, or the first of the usual ones") {
  const ConfigFolder folder;
  const auto file = folder.write("mine.yaml", "");
  CHECK(find_config_file(file.string()) == file);
  CHECK_THROWS_AS(find_config_file((folder.path() / "none.yaml").string()), poller::Error);
}

TEST_CASE("no bytes make the loader fail") {
  const ConfigFolder folder;
  const std::string seed =
      poller::read_file(std::filesystem::path(POLLER_SOURCE_DIR) / "poller.yaml", 1 << 20) +
      "rules: [{when: {header: {name: X, matches: y}}, set: {tags: [a]}}]\nx: &x {a: [*x, \"\\x41\"]}\n";
  const std::string spice = "{}[]:,-&*!|>'\"%@`#?\n\t\\ \0\xff\xc3\xa9<~=0";
  unsigned state = 12345;
  const auto random = [&](std::size_t below) {
    state = state * 1103515245U + 12345U;
    return static_cast<std::size_t>(state >> 8) % below;
  };
  for (int round = 0; round < 1500; ++round) {
    std::string text = seed;
    if (round % 3 == 0) text.erase(random(text.size()));
    for (std::size_t change = 1 + random(20); change > 0 && !text.empty(); --change) {
      const std::size_t at = random(text.size());
      switch (random(3)) {
        case 0:
          text[at] = spice[random(spice.size())];
          break;
        case 1:
          text.insert(at, 1 + random(3), spice[random(spice.size())]);
          break;
        default:
          text.erase(at, 1 + random(10));
      }
    }
    const Loaded loaded = folder.load(text);
    for (const Complaint& complaint : loaded.complaints) CHECK_FALSE(to_string(complaint).empty());
    CHECK((loaded.ok() ? !loaded.config.mailboxes.empty() : !loaded.complaints.empty()));
  }
}
