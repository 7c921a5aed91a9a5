// What an administrator reads when a server talks nonsense: each message names what was wrong, none holds a secret.
#include <doctest/doctest.h>

#include "base/text.h"
#include "fake_imap.h"

namespace poller::imap_test {
namespace {

using support::Conversation;

// What open() says about a server that answers AUTHENTICATE with these lines, the tag put for TAG.
Error signing_in(std::string answer) {
  ClientOptions options;
  options.patience = std::chrono::milliseconds(700);
  Stage stage(
      [&](Conversation& c) {
        FakeImap imap(c);
        imap.greet();
        const Command command = imap.expect("AUTHENTICATE");
        if (const auto at = answer.find("TAG"); at != std::string::npos) answer.replace(at, 3, command.tag);
        imap.send(answer);
        c.wait_for_end();
      },
      options);
  return error_of([&] { stage.client().open(true); });
}

// What fetching a mail says when the server answers the FETCH for it with `answer`.
std::string fetching_one(const std::string& answer) {
  ClientOptions options;
  options.patience = std::chrono::milliseconds(700);
  Stage stage(
      [&](Conversation& c) {
        FakeImap imap(c);
        imap.ready(1);
        imap.answer_searches(1);
        imap.answer_sizes(1, 10);
        imap.expect("UID FETCH 1");
        imap.send(answer);
        c.wait_for_end();
      },
      options);
  stage.client().open(true);
  return error_of([&] { (void)fetch_all(stage.client()); }).what();
}

}  // namespace

TEST_CASE("hostile: what cannot be read is named") {
  const struct {
    std::string answer;
    const char* named;
  } cases[] = {
      {"* 1 FETCH (UID 1 BODY[] {3}\r\nabcdefg)\r\n", "cannot be read"},
      {"* 1 FETCH (UID 1 BODY[] {4294967296}\r\n", "4294967296 bytes (UID 1)"},
      {"* 1 FETCH (UID 1 BODY[] {99999999999999999999}\r\n", "number"},
      {"* 1 FETCH (UID 1 BODY[] {-1}\r\n", "where a number belongs"},
      {"* 1 FETCH (UID 99999999999 BODY[] {1}\r\nx)\r\n", "number"},
      {"* OK " + std::string(34'000'000, 'x'), "more than 33554432 bytes"},
      {"* LIST () \"/\" \"" + std::string(100'000, 'x') + "\"\r\n", "string"},
      {"* " + std::string(10'000, 'x') + " \r\n", "word"},
      {std::string("* 1 FETCH (FLAGS (a\0b) UID 1)\r\n", 31), "NUL"},
  };
  for (const auto& one : cases) {
    const std::string said = fetching_one(one.answer);
    CHECK_MESSAGE(contains(said, one.named), one.named, " in: ", said);
  }
}

TEST_CASE("hostile: a challenge that is no base64, cut short, binary or without end") {
  const std::string whole = text::base64(R"({"status":"401","schemes":"bearer"})");
  for (const auto& challenge : {whole.substr(0, whole.size() - 3), whole.substr(1), std::string("===="),
                                std::string("%%%"), text::base64(std::string("\0\xff\x01", 3)), std::string()}) {
    CAPTURE(challenge);
    const Error error = signing_in("+ " + challenge + "\r\nTAG NO [AUTHENTICATIONFAILED] no\r\n");
    CHECK(error.kind() == ErrorKind::sign_in);
    CHECK(contains(error.advice(), "poller login"));
    CHECK(text::is_utf8(error.what()));
    CHECK(std::string_view(error.what()).find('\0') == std::string_view::npos);
  }
  Error error = signing_in("+ x\r\n+ x\r\n+ x\r\n+ x\r\n+ x\r\n");
  CHECK(error.kind() == ErrorKind::corrupt);
  CHECK(contains(error.what(), "asks and asks"));
  error = signing_in("+ " + std::string(34'000'000, 'A'));
  CHECK(error.kind() == ErrorKind::corrupt);
  CHECK(contains(error.what(), "more than 33554432 bytes"));
}

TEST_CASE("hostile: the answer to somebody else's command is no answer to ours") {
  const Error error = signing_in("a1 OK done\r\nA001 OK done\r\n* OK done\r\n");
  CHECK(error.kind() == ErrorKind::temporary);  // ours never came
  CHECK(contains(error.what(), "in time"));
}

}  // namespace poller::imap_test
