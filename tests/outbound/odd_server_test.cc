// SMTP servers that do what no real one does on command.
#include <doctest/doctest.h>

#include "../support/scripted_server.h"
#include "outbox_home.h"

namespace poller::outbound {
namespace {

using support::Conversation;
using support::ScriptedServer;
using support::ScriptedTls;

bool tells_of(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Greets, and offers `extension` beside its name; takes every command, and answers the mail's end with `to_end`.
void serve_smtp(Conversation& client, const std::string& extension, const std::string& to_end) {
  client.say("220 odd.example.test ESMTP");
  bool in_mail = false;
  for (std::string line = client.line();; line = client.line()) {
    if (in_mail) {
      if (line == ".") client.say(to_end);
      in_mail = in_mail && line != ".";
      continue;
    }
    if (line.starts_with("EHLO")) {
      client.say("250-odd.example.test");
      client.say("250 " + extension);
    } else if (line.starts_with("AUTH")) {
      client.say("334 ");
      client.line();
      client.say("235 2.7.0 welcome");
    } else if (line == "DATA") {
      client.say("354 go on");
      in_mail = true;
    } else if (line == "QUIT") {
      client.say("221 bye");
      return client.close();
    } else {
      client.say("250 2.1.0 OK");
    }
  }
}

struct OddServer {
  ScriptedServer server;

  OddServer(const std::string& extension, const std::string& to_end)
      : server(ScriptedTls{smtp_server().ca().server()},
               [extension, to_end](Conversation& client) { serve_smtp(client, extension, to_end); }) {}
};

}  // namespace

TEST_CASE("a server that offers no sign-in gets no mail from one who was to sign in") {
  for (const char* extension : {"SIZE 35882577", "AUTH XOAUTH2"}) {
    CAPTURE(extension);
    OddServer odd(extension, "250 2.0.0 OK taken unsigned");
    OutboxHome home(odd.server.port(), true);
    const Queued q = home.queue("unsigned");
    CHECK(home.run().code == ExitCode::configuration);
    CHECK(home.row(q).state == OutboxState::retry);
    CHECK(home.row(q).attempts == 0);
    CHECK(tells_of(home.row(q).last_error, "the SMTP server offers no sign-in with a password"));
  }
}

TEST_CASE("an answer to the mail's end that is none leaves the mail uncertain, and nobody is suspected of an attack") {
  for (const char* answer : {"999 what", "251 elsewhere?", "354 more", "2 OK"}) {
    CAPTURE(answer);
    OddServer odd("AUTH PLAIN", answer);
    OutboxHome home(odd.server.port(), true);
    const Queued q = home.queue("odd answer");
    home.run();
    CHECK_FALSE(tells_of(home.row(q).last_error, "STARTTLS"));
    CHECK(home.row(q).state == OutboxState::uncertain);
  }
}

}  // namespace poller::outbound
