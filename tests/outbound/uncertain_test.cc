// Mail of which nobody knows whether the server has it, and what the Sent folder says of it.
#include "outbound/uncertain.h"

#include <doctest/doctest.h>

#include <set>

#include "../support/log_text.h"
#include "outbox_home.h"

namespace poller::outbound {
namespace {

// A folder that holds these, and is read from its end to the first mail that is older than `since`.
struct FakeSent final : SentLookup {
  explicit FakeSent(std::set<std::string> present) : ids(std::move(present)) {}
  std::vector<std::string> find(const std::vector<std::string>& wanted, UnixTime /*since*/) override {
    std::vector<std::string> found;
    for (const auto& id : wanted) {
      if (ids.count(id) != 0) found.push_back(id);
    }
    return found;
  }
  std::set<std::string> ids;
};

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("lost after the end and before the answer: uncertain, and never sent again by itself") {
  OutboxHome home;
  const Queued q = home.queue("uncertain");
  smtp_server().behave(R"({"lose": "after"})");
  CHECK(home.run().uncertain == 1);
  CHECK(home.row(q).state == OutboxState::uncertain);
  smtp_server().behave("{}");
  home.clock.offset += 10'000;
  CHECK(home.run().sent == 0);
  CHECK(taken_subjects()["uncertain"] == 1);
}

TEST_CASE("uncertain, and found in the Sent folder: sent") {
  OutboxHome home;
  const Queued q = home.queue("uncertain found");
  smtp_server().behave(R"({"lose": "after"})");
  home.run();
  RunOptions options;
  options.sent = [&] { return std::make_unique<FakeSent>(std::set<std::string>{q.message_id}); };
  home.run(options);
  CHECK(home.row(q).state == OutboxState::sent);
}

TEST_CASE("uncertain, found, but refused for one of them: that one is tried again") {
  OutboxHome home;
  const Queued q = home.queue("uncertain for one", 0, {{"", "c@example.com"}, {"", "full@example.com"}});
  smtp_server().behave(R"({"lose": "after", "rcpt": {"full@example.com": "452 4.2.2 full"}})");
  CHECK(home.run().uncertain == 1);
  smtp_server().behave("{}");
  RunOptions options;
  options.sent = [&] { return std::make_unique<FakeSent>(std::set<std::string>{q.message_id}); };
  CHECK(home.run(options).sent == 1);
  CHECK(smtp_server().mails().back().to == std::vector<std::string>{"full@example.com"});
  CHECK(home.row(q).state == OutboxState::sent);
}

TEST_CASE("uncertain for the second half: the first half's copy in the Sent folder proves nothing") {
  OutboxHome home;
  const Queued q = home.queue("two halves", 0, {{"", "c@example.com"}, {"", "full@example.com"}});
  smtp_server().behave(R"({"rcpt": {"full@example.com": "452 4.2.2 full"}})");
  CHECK(home.run().retry == 1);
  smtp_server().behave(R"({"lose": "before"})");
  home.clock.offset += 1000;
  CHECK(home.run().uncertain == 1);
  smtp_server().behave("{}");
  RunOptions options;
  options.sent = [&] { return std::make_unique<FakeSent>(std::set<std::string>{q.message_id}); };
  home.clock.offset += 1000;
  CHECK(home.run(options).sent == 0);
  CHECK(home.row(q).state == OutboxState::uncertain);
  CHECK(says(home.row(q).last_error, "says nothing of full@example.com"));
}

TEST_CASE("uncertain and not found: one more try only where the folder is known to hold what was sent") {
  OutboxHome home;
  const Queued known = home.queue("uncertain witness");
  home.run();
  const Queued q = home.queue("uncertain lost");
  smtp_server().behave(R"({"lose": "before"})");
  home.run();
  CHECK(home.row(q).state == OutboxState::uncertain);
  smtp_server().behave("{}");
  RunOptions empty, trusted;
  empty.sent = [] { return std::make_unique<FakeSent>(std::set<std::string>{}); };
  trusted.sent = [&] { return std::make_unique<FakeSent>(std::set<std::string>{known.message_id}); };
  home.clock.offset += 700;
  home.run(empty);
  CHECK(home.row(q).state == OutboxState::uncertain);
  home.clock.offset += 700;
  smtp_server().behave(R"({"lose": "before"})");
  home.run(trusted);
  CHECK(home.row(q).state == OutboxState::uncertain);  // tried once more, and uncertain again
  smtp_server().behave("{}");
  home.clock.offset += 700;
  home.run(trusted);
  CHECK(home.row(q).state == OutboxState::uncertain);
  CHECK(taken_subjects()["uncertain lost"] == 0);
}

TEST_CASE("a mail sent after the one in doubt is no witness: the folder is read from its end") {
  OutboxHome home;
  const Queued q = home.queue("doubtful");
  smtp_server().behave(R"({"lose": "before"})");
  home.run();
  smtp_server().behave("{}");
  home.clock.offset += 60;
  const Queued later = home.queue("a later witness");
  CHECK(home.run().sent == 1);
  RunOptions options;
  options.sent = [&] { return std::make_unique<FakeSent>(std::set<std::string>{later.message_id}); };
  home.clock.offset += 700;
  CHECK(home.run(options).sent == 0);
  CHECK(home.row(q).state == OutboxState::uncertain);
}

TEST_CASE("a Sent folder that cannot be read is left alone for a while too, and warned of less and less often") {
  OutboxHome home;
  home.config.mailboxes[0].name = "sent-unreadable";
  const Queued q = home.queue("uncertain, no Sent folder");
  smtp_server().behave(R"({"lose": "after"})");
  home.run();
  RunOptions options;
  options.sent_rest = std::chrono::seconds(30);
  int looks = 0;
  options.sent = [&]() -> std::unique_ptr<SentLookup> {
    ++looks;
    throw Error(ErrorKind::configuration, "its Sent folder is out of reach");
  };
  const std::string log = support::log_of([&] {
    for (int i = 0; i < 5; ++i) {
      home.run(options);
      home.clock.offset += 1;
      home.run(options);
      home.clock.offset += 30;
    }
  });
  CHECK(looks == 5);
  CHECK_MESSAGE(support::times_in(log, "mailbox=sent-unreadable") == 3, log);
  CHECK(home.row(q).state == OutboxState::uncertain);
}

}  // namespace poller::outbound
