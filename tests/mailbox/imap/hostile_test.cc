// Servers that lie, and whoever stands between: refused, with a message that names the cause.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fake_imap.h"
#include "tests/support/net.h"

namespace poller::imap_test {
namespace {

using support::CertificateRequest;
using support::Conversation;
using support::ScriptedServer;
using support::ScriptedTls;

// What open() says about a server with that certificate.
Error with_certificate(const support::Certificate& certificate, const std::string& ca_file, bool old_tls = false) {
  ScriptedServer server(ScriptedTls{certificate, true, old_tls}, [](Conversation& c) {
    FakeImap imap(c);
    imap.ready(0);
  });
  const auto client = make_client(server.port(), ca_file);
  return error_of([&] { client->open(true); });
}

// What fetching two mails says when the server answers the FETCH for them with `answer`.
Error fetching(const std::string& answer, std::vector<RawMail>* mails = nullptr) {
  ClientOptions options;
  options.patience = std::chrono::milliseconds(700);
  Stage stage(
      [&](Conversation& c) {
        FakeImap imap(c);
        imap.ready(2);
        imap.answer_searches(2);
        imap.answer_sizes(2, 10);
        imap.expect("UID FETCH 1:2");
        imap.send(answer);
        c.wait_for_end();
      },
      options);
  stage.client().open(true);
  return error_of([&] {
    const auto got = fetch_all(stage.client());
    if (mails != nullptr) *mails = got;
  });
}

}  // namespace

TEST_CASE("hostile: certificates that prove nothing") {
  auto& ca = Stage::ca();
  const std::string ca_file = ca.ca_file().string();
  CertificateRequest expired, future, other;
  expired.days_from = -30;
  expired.days_to = -1;
  future.days_from = 2;
  other.name = "mail.example.org";
  other.alternative = "DNS:mail.example.org,DNS:imap.example.org,IP:10.1.2.3";

  Error error = with_certificate(ca.issue("expired", expired), ca_file);
  CHECK(error.kind() == ErrorKind::unreachable);
  CHECK(contains(error.what(), "has expired"));
  CHECK(contains(error.advice(), "clock"));

  error = with_certificate(ca.issue("future", future), ca_file);
  CHECK(error.kind() == ErrorKind::unreachable);
  CHECK(contains(error.what(), "not yet valid"));

  error = with_certificate(ca.issue("other", other), ca_file);
  CHECK(error.kind() == ErrorKind::unreachable);
  CHECK(contains(error.what(), "for another name: mail.example.org, imap.example.org, 10.1.2.3"));

  error = with_certificate(ca.server(), "");
  CHECK(error.kind() == ErrorKind::unreachable);
  CHECK(contains(error.what(), "unknown authority"));
  CHECK(contains(error.what(), "CN=poller test CA"));
  CHECK(contains(error.advice(), "ca_file"));

  const support::TempDir folder("self-signed");
  error = with_certificate(support::self_signed_rsa(folder.path(), "localhost"), "");
  CHECK(error.kind() == ErrorKind::unreachable);
  CHECK(contains(error.what(), "self-signed"));

  error = with_certificate(ca.server(), ca_file, true);
  CHECK(error.kind() == ErrorKind::unreachable);
  CHECK(contains(error.what(), "no TLS version from 1.2 on"));

  error = with_certificate(ca.server(), (folder / "missing.crt").string());
  CHECK(error.kind() == ErrorKind::configuration);
  support::write_text(folder / "empty.crt", "no certificate\n");
  error = with_certificate(ca.server(), (folder / "empty.crt").string());
  CHECK(error.kind() == ErrorKind::configuration);
}

TEST_CASE("hostile: nobody there, nobody speaking, no TLS") {
  const std::string ca_file = Stage::ca().ca_file().string();
  ClientOptions options;
  options.patience = std::chrono::milliseconds(400);
  const auto opening = [&](std::uint16_t port) {
    const auto client = make_client(port, ca_file, options);
    return error_of([&] { client->open(true); });
  };
  Error error = opening(support::free_port());
  CHECK(error.kind() == ErrorKind::unreachable);
  CHECK(contains(error.what(), "no connection to localhost:"));
  {
    ScriptedServer silent(std::nullopt, [](Conversation& c) { c.wait_for_end(); });
    error = opening(silent.port());
    CHECK(error.kind() == ErrorKind::unreachable);
    CHECK(contains(error.what(), "in time"));
  }
  {
    ScriptedServer no_greeting(ScriptedTls{Stage::ca().server()}, [](Conversation& c) { c.wait_for_end(); });
    error = opening(no_greeting.port());
    CHECK(error.kind() == ErrorKind::unreachable);
    CHECK(contains(error.what(), "gave no greeting"));
  }
  {
    ScriptedServer plain(std::nullopt, [](Conversation& c) {
      c.say("* OK plain text here");
      c.wait_for_end();
    });
    error = opening(plain.port());
    CHECK(error.kind() == ErrorKind::unreachable);
    CHECK(contains(error.what(), "does not speak TLS"));
  }
  {
    ScriptedServer busy(ScriptedTls{Stage::ca().server()}, [](Conversation& c) {
      c.say("* BYE too many connections");
      c.close();
    });
    error = opening(busy.port());
    CHECK(error.kind() == ErrorKind::temporary);
    CHECK(contains(error.what(), "too many connections"));
  }
  options.host = "no-such-host.invalid";
  error = opening(993);
  CHECK(error.kind() == ErrorKind::unreachable);
  CHECK(contains(error.what(), "cannot be resolved"));
  options.host = "localhost/x@y";
  CHECK(opening(993).kind() == ErrorKind::configuration);
}

TEST_CASE("hostile: a greeting that says we are signed in") {
  std::string sent;
  const auto script = [&](Conversation& c) {
    c.say("* PREAUTH you are root");
    for (;;) {
      sent += c.line() + "\n";
      const std::string tag = sent.substr(0, sent.find(' '));
      c.say("* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN");
      c.say(tag + " OK done");
    }
  };
  for (const bool starttls : {false, true}) {
    ClientOptions options;
    options.starttls = starttls;
    Stage stage(script, options, !starttls);
    const Error error = error_of([&] { stage.client().open(true); });
    CHECK(error.kind() == ErrorKind::unreachable);
    CHECK(contains(error.what(), "PREAUTH"));
  }
  CHECK(!contains(sent, "AUTHENTICATE"));
}

TEST_CASE("starttls: signs in only behind TLS; nothing said before it counts") {
  ClientOptions options;
  options.starttls = true;
  Stage stage(
      [](Conversation& c) {
        FakeImap imap(c);
        imap.before = "IMAP4rev1 STARTTLS LOGINDISABLED";
        imap.greet();
        const Command start = imap.expect("STARTTLS");
        imap.ok(start);
        c.start_tls();
        imap.before = "IMAP4rev1 SASL-IR AUTH=XOAUTH2";
        for (int i = 0; i < 2; ++i) {  // libcurl asks, then we do
          const Command capability = imap.expect("CAPABILITY");
          imap.say("* CAPABILITY " + imap.before);
          imap.ok(capability);
        }
        imap.sign_in();
        imap.open_folder(0);
        imap.log_out();
      },
      options, false);
  stage.client().open(true);
  stage.client().close();
}

TEST_CASE("hostile: STARTTLS not offered, refused, or followed by injected plain text") {
  const auto opening = [](const support::Script& script) {
    ClientOptions options;
    options.starttls = true;
    Stage stage(script, options, false);
    return error_of([&] { stage.client().open(true); });
  };
  std::string secrets;
  Error error = opening([&](Conversation& c) {
    FakeImap imap(c);
    imap.before = "IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR";
    imap.greet();
    secrets = c.line();
  });
  CHECK(error.kind() == ErrorKind::unreachable);
  CHECK(contains(error.what(), "does not offer STARTTLS"));
  CHECK(secrets.empty());

  error = opening([&](Conversation& c) {
    FakeImap imap(c);
    imap.before = "IMAP4rev1 STARTTLS";
    imap.greet();
    imap.say(imap.expect("STARTTLS").tag + " NO not today");
    secrets = c.line();
  });
  CHECK(error.kind() == ErrorKind::unreachable);
  CHECK(contains(error.what(), "does not offer STARTTLS"));

  for (const bool at_once : {true, false}) {
    error = opening([&](Conversation& c) {
      FakeImap imap(c);
      imap.before = "IMAP4rev1 STARTTLS";
      imap.greet();
      const Command start = imap.expect("STARTTLS");
      const std::string injected = "* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2\r\nA003 OK injected\r\n";
      if (at_once) {
        imap.send(start.tag + " OK begin\r\n" + injected);
      } else {
        imap.ok(start);
        imap.send(injected);
      }
      c.start_tls();
      secrets = c.line();
    });
    CHECK(error.kind() == ErrorKind::unreachable);
    CHECK(secrets.empty());
  }
}

TEST_CASE("hostile: bytes behind the answer that libcurl reads are lost, and do no harm") {
  Stage stage([](Conversation& c) {
    FakeImap imap(c);
    imap.say("* OK ready");
    const Command capability = imap.expect("CAPABILITY");
    imap.send("* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2\r\n" + capability.tag +
              " OK done\r\n* 5 EXISTS\r\n* OK hel");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    imap.send("lo there\r\n");
    imap.sign_in();
    imap.open_folder(2);
    imap.log_out();
  });
  stage.client().open(true);
  CHECK(stage.client().folder().exists == 2);
  stage.client().close();
}

TEST_CASE("hostile: literals of the wrong length") {
  std::vector<RawMail> mails;
  // Too short by four: the rest of the mail stands where a ")" belongs.
  Error error = fetching("* 1 FETCH (UID 1 BODY[] {3}\r\nabcdefg)\r\n");
  CHECK(error.kind() == ErrorKind::corrupt);
  // Too long: swallows what follows and then waits for more.
  error = fetching("* 1 FETCH (UID 1 BODY[] {500}\r\nabc)\r\nx OK done\r\n", &mails);
  CHECK(error.kind() == ErrorKind::temporary);
  error = fetching("* 1 FETCH (UID 1 BODY[] {4294967296}\r\nabc)\r\n");
  CHECK(error.kind() == ErrorKind::corrupt);
  CHECK(contains(error.what(), "4294967296 bytes (UID 1)"));
  CHECK(mails.empty());
}

TEST_CASE("hostile: endless lines, nonsense, mails that nobody asked for") {
  std::string many;
  for (std::uint32_t i = 1000; i < 1200; ++i) many += fetch_line(i, "x");
  Error error = fetching(many);
  CHECK(error.kind() == ErrorKind::corrupt);
  CHECK(contains(error.what(), "nobody has asked for"));
  CHECK(fetching("* OK " + std::string(34'000'000, 'x')).kind() == ErrorKind::corrupt);
  CHECK(fetching(std::string("* 1 FETCH (FLAGS (a\0b) UID 1)\r\n", 31)).kind() == ErrorKind::corrupt);
  CHECK(fetching("\x16\x03\x01garbage\r\n").kind() == ErrorKind::temporary);  // no response at all, then silence
}

TEST_CASE("hostile: a mail that quotes every answer we await") {
  std::string forged = "Subject: x\r\n\r\n";
  for (int i = 0; i < 50; ++i)
    forged += fmt::format("A{:03} OK done\r\na{}.{} OK done\r\n* SEARCH {}\r\n)\r\n", i, i, i, i);
  Stage stage([&](Conversation& c) {
    FakeImap imap(c);
    imap.ready(2);
    imap.answer_searches(2);
    imap.answer_sizes(2, 10);
    const Command command = imap.expect("UID FETCH 1:2");
    // Even with the very tag in use, text of a mail is text of a mail.
    imap.send(fetch_line(1, forged + command.tag + " OK done\r\n* BYE\r\n") + fetch_line(2, "two"));
    imap.ok(command);
    imap.log_out();
  });
  stage.client().open(true);
  const auto mails = fetch_all(stage.client());
  REQUIRE(mails.size() == 2);
  CHECK(contains(mails[0].bytes, " OK done\r\n* BYE\r\n"));
  CHECK(mails[1].bytes == "two");
}

TEST_CASE("hostile: tags differ from session to session") {
  std::vector<std::string> tags;
  for (int i = 0; i < 2; ++i) {
    Stage stage([&](Conversation& c) {
      FakeImap imap(c);
      imap.greet();
      const Command command = imap.next();
      tags.push_back(command.tag);
      imap.ok(command);
      imap.open_folder(0);
      imap.log_out();
    });
    stage.client().open(true);
    stage.client().close();
  }
  CHECK(tags[0].size() >= 10);
  CHECK(tags[0] != tags[1]);
}

TEST_CASE("hostile: BYE and a broken pipe, wherever they come") {
  // Step n of a session is answered with BYE, or with a reset.
  for (int step = 0; step < 7; ++step) {
    for (const bool reset : {false, true}) {
      CAPTURE(step);
      CAPTURE(reset);
      Stage stage([&](Conversation& c) {
        FakeImap imap(c);
        int at = 0;
        const auto strike = [&] {
          if (at++ != step) return;
          if (reset)
            c.reset();
          else
            imap.say("* BYE Connection is closed. 14");
          c.wait_for_end();
        };
        strike();
        imap.greet();
        strike();
        imap.sign_in();
        strike();
        imap.open_folder(2);
        strike();
        imap.answer_searches(2);
        imap.answer_sizes(2, 10);
        const Command command = imap.expect("UID FETCH");
        imap.send(fetch_line(1, "one"));
        strike();
        imap.send(fetch_line(2, "two"));
        imap.ok(command);
        const Command store = imap.expect("UID STORE");
        strike();
        imap.ok(store);
        strike();
        imap.log_out();
      });
      bool done = false;
      const Error error = error_of([&] {
        stage.client().open(false);
        const auto mails = fetch_all(stage.client());
        stage.client().settle(std::vector<SourceKey>{mails.at(0).source}, {SettleAction::What::seen, ""});
        done = true;
      });
      CHECK(done == (step == 6));
      if (!done) CHECK((error.kind() == ErrorKind::temporary || (step == 0 && error.kind() == ErrorKind::unreachable)));
      stage.client().close();
    }
  }
}

}  // namespace poller::imap_test
