// Trust as the command line shows it: explain, keys.
#include <doctest/doctest.h>

#include "folder_home.h"

namespace poller::cli_test {
namespace {

bool holds_words(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("explain tells what was found, who wrote, the verdict and the line of the table, in sentences") {
  const FolderHome home("", "    trust: {authserv_id: mx.contoso.com}\n");
  home.replay(bytes_of({.id = "first@example.com"}));
  const auto stranger = home.replay(bytes_of({.from = "eve@evil.example",
                                              .subject = "Re: [T-1] a question",
                                              .id = "second@evil.example",
                                              .fields = "Authentication-Results: mx.contoso.com; dmarc=none\n"}));
  CHECK(stranger.at("is_new_ticket") == true);
  CHECK(mentions(stranger.at("reasons"), "linked"));
  const auto text = home.run({"explain", stranger.at("message").dump()}).out;
  CHECK(holds_words(text, "is in ticket 2 (T-2)"));
  CHECK(holds_words(text, "verdict on the sender is none: mx.contoso.com gives neither pass nor fail"));
  CHECK(holds_words(text,
                    "number in the subject T-1 names T-1. The sender is a stranger (neither requester, participant nor "
                    "agent) there"));
  CHECK(holds_words(text, "new, linked"));
  const auto json = home.json({"explain", stranger.at("message").dump()}).at(0);
  const auto& trust = json.at("decision").at("trust");
  CHECK(trust.at("verdict") == "none");
  CHECK(trust.at("linked_to") == 1);
  CHECK(trust.at("signals").at(0).at("signal") == "number in the subject");
  CHECK(trust.at("signals").at(0).at("who") == "stranger");
  const auto forged = home.replay(bytes_of({.subject = "Re: a question",
                                            .id = "third@example.com",
                                            .reply = "<first@example.com>",
                                            .fields = "Authentication-Results: mx.contoso.com; dmarc=fail\n"}));
  CHECK(forged.at("ticket") == 3);
  CHECK(holds_words(home.run({"explain", forged.at("message").dump()}).out, "verdict on him fail: new, linked"));
}

TEST_CASE("rules see the verdict on the sender") {
  const FolderHome home("rules:\n  - {when: {trust: fail}, set: {tags: [forged]}}\n",
                        "    trust: {authserv_id: mx.contoso.com}\n");
  const auto event =
      home.replay(bytes_of({.id = "a@example.com", .fields = "Authentication-Results: mx.contoso.com; dmarc=fail\n"}));
  CHECK(mentions(event.at("reasons"), "tag=forged"));
}

TEST_CASE("keys lists the keys without showing them; rotate adds one that signs") {
  const FolderHome home;
  home.replay(bytes_of({.id = "a@example.com"}));
  CHECK(home.json({"keys"}).empty());
  CHECK(holds_words(home.run({"keys"}).out, "no key yet"));
  const auto first = home.json({"keys", "rotate"}).at(0);
  CHECK(first.at("signs") == true);
  CHECK(first.at("created_at").is_string());
  home.json({"keys", "rotate"});
  const auto all = home.json({"keys"});
  REQUIRE(all.size() == 2);
  CHECK(all.at(0).at("signs") == false);
  CHECK(all.at(1).at("signs") == true);
  CHECK(all.at(0).size() == 3);
  const std::string secret = home.value("SELECT secret FROM message_key WHERE id = 1");
  CHECK(secret.size() == 64);
  CHECK_FALSE(holds_words(home.run({"keys"}).out + home.run({"keys", "--json"}).out, secret));
}

}  // namespace poller::cli_test
