// Mails that take long to come over POP3: bytes are told, and nothing that came is thrown away.
#include <doctest/doctest.h>

#include <thread>

#include "fake_pop3.h"

using namespace poller;             // NOLINT(google-build-using-namespace): the room under test
using namespace poller::pop3_test;  // NOLINT(google-build-using-namespace): its stage

TEST_CASE("POP3: bytes that come are told before their mail is whole") {
  Stage stage([&](support::Conversation& c) {
    FakePop3 server(c);
    server.mails = {{1, "Subject: a\r\n\r\none\r\ntwo\r\n"}};
    server.ready();
    for (int i = 0; i < 2; ++i) server.answer(server.line());
    server.expect("RETR 1");
    for (const char* piece : {"+OK\r\nSubject: a\r\n", "\r\none\r\n", "two\r\n", ".\r\n"}) {
      server.send(piece);
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    server.answer(server.line());
  });
  stage.client().open(false);
  const auto listed = stage.client().list({});
  int told = 0, told_before_whole = 0;
  FetchOptions options;
  options.on_bytes = [&] { ++told; };
  stage.client().fetch(listed, options, [&](RawMail&&) {
    told_before_whole = told;
    return true;
  });
  CHECK(told_before_whole >= 3);
  stage.client().close();
}

TEST_CASE("POP3: stopped by the sink, nothing more is asked for, and what was asked for is not thrown away") {
  Stage stage([&](support::Conversation& c) {
    FakePop3 server(c);
    server.capabilities.emplace_back("PIPELINING");
    for (std::uint32_t i = 1; i <= 60; ++i) server.mails[i] = "Subject: a\r\n\r\n";
    server.ready();
    server.serve();
  });
  stage.client().open(false);
  const auto listed = stage.client().list({});
  int got = 0;
  stage.client().fetch(listed, {}, [&](RawMail&&) { return ++got < 5; });
  CHECK(got == 24);  // twenty in advance at the first, one more for each of the next four
  stage.client().close();
}
