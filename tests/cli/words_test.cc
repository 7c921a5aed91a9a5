// What people may write where poller wants a word, an address or a number.
#include <doctest/doctest.h>

#include "folder_home.h"

namespace poller::cli_test {
namespace {

bool fails_with(const FolderHome& home, const support::Arguments& arguments, int code, const std::string& words) {
  const auto result = home.run(arguments);
  const bool told = result.err.find(words) != std::string::npos;
  CHECK_MESSAGE(told, result.err);
  CHECK(result.exit_code == code);
  return told;
}

}  // namespace

TEST_CASE("tickets --requester finds every spelling of an address") {
  const FolderHome home;
  for (const char* from : {"u@b\xc3\xbc"
                           "cher.example",
                           "U@xn--bcher-kva.example",
                           "\"u\"@B\xc3\xbc"
                           "cher.Example",
                           "u@xn--bcher-kva.example.", "other@xn--bcher-kva.example"}) {
    home.replay(bytes_of({.from = from}));
  }
  CHECK(home.json({"tickets", "--requester", "u@xn--bcher-kva.example"}).size() == 4);
  CHECK(home.json({"tickets", "--requester",
                   "u@b\xc3\xbc"
                   "cher.example",
                   "--limit", "3"})
            .size() == 3);
  CHECK(home.json({"tickets", "--requester", "nobody@example.com"}).empty());
}

TEST_CASE("tickets: no such queue, no such number") {
  const FolderHome home;
  home.replay(bytes_of({.id = "a@x"}));
  fails_with(home, {"tickets", "--queue", "nix"}, 64, "there is no queue \"nix\"");
  fails_with(home, {"tickets", "--limit", "-1"}, 64, "0 or more");
  CHECK(home.json({"tickets", "--queue", "support"}).size() == 1);
}

TEST_CASE("set refuses what is no word, and says what an address is") {
  const FolderHome home;
  home.replay(bytes_of({.id = "a@x"}));
  fails_with(home, {"set", "T-1", "--requester", "Bob <bob@x.example>"}, 64, "bare address, such as ann@example.com");
  fails_with(home, {"set", "T-1", "--priority", "hi\x1b[31m"}, 64, "control characters");
  fails_with(home, {"set", "T-1", "--tag", "a\nb"}, 64, "control characters");
  fails_with(home, {"set", "T-1", "--tag", ""}, 64, "an empty tag");
  home.json({"set", "T-1", "--tag", "call back", "--priority", "high"});
}

TEST_CASE("check warns of a rule that can never fit") {
  const FolderHome home(
      "organisations: [{name: Nord, domains: [nord.example]}]\n"
      "rules:\n  - {when: {kind: \"bounze\"}, drop: true}\n  - {when: {trust: \"good\"}, drop: true}\n"
      "  - {when: {mailbox: \"^nosuch$\"}, drop: true}\n  - {when: {organisation: Nix}, drop: true}\n"
      "  - {when: {kind: \"^bounce$\", trust: \"pass|none\", mailbox: supp, organisation: Nord}, drop: true}\n");
  const auto result = home.run({"check"});
  CHECK(result.exit_code == 0);
  for (const char* words :
       {"rules[#1].when.kind", "rules[#2].when.trust", "rules[#3].when.mailbox", "rules[#4].when.organisation"}) {
    CAPTURE(words);
    CHECK(result.out.find(words) != std::string::npos);
  }
  CHECK(result.out.find("\"bounze\" fits none of ") != std::string::npos);
  CHECK(result.out.find("rules[#5]") == std::string::npos);
}

TEST_CASE("a contact's name is not the word of a failed sender, nor one that turns the line around") {
  const FolderHome home("", "    trust: {authserv_id: mx.contoso.com}\n");
  const auto name = [&home] { return home.value("SELECT name FROM contact WHERE address = 'ann@example.com'"); };
  home.replay(bytes_of({.from = "Ann Example <ann@example.com>", .id = "a@x"}));
  CHECK(name() == "Ann Example");
  home.replay(bytes_of({.from = "Forged <ann@example.com>",
                        .id = "b@x",
                        .fields = "Authentication-Results: mx.contoso.com; dmarc=fail header.from=example.com\n"}));
  CHECK(name() == "Ann Example");
  home.replay(bytes_of({.from = "=?utf-8?q?Ann_=E2=80=AEexe?= <ann@example.com>", .id = "c@x"}));
  CHECK(name() == "Ann Example");
  home.replay(bytes_of({.from = "Ann B. Example <ann@example.com>", .id = "d@x"}));
  CHECK(name() == "Ann B. Example");
}

}  // namespace poller::cli_test
