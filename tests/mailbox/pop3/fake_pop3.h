// The server's side of a POP3 session for scripts, and the client that talks to it.
#pragma once

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "mailbox/mailbox.h"
#include "mailbox/pop3/pop3_mailbox.h"
#include "tests/support/scripted_server.h"

namespace poller::pop3_test {

/// The usual answers, so that a script has only the unusual ones. Exchange Online's by default.
class FakePop3 {
 public:
  explicit FakePop3(support::Conversation& to) : to_(to) {}

  std::string greeting = "+OK The Microsoft Exchange POP3 service is ready. [QQBCAEMARAA=]";
  std::vector<std::string> capabilities{"TOP", "UIDL", "SASL PLAIN XOAUTH2", "USER"};
  std::map<std::uint32_t, std::string> mails;  // number: bytes
  std::map<std::uint32_t, std::string> uidls;  // number: unique-id; missing: "uid-N"

  void say(std::string_view line) { to_.say(line); }
  void send(std::string_view bytes) { to_.send(bytes); }
  std::string line() { return to_.line(); }
  std::string expect(std::string_view begin) {
    std::string got = line();
    if (got.rfind(begin, 0) != 0) {
      throw std::runtime_error(fmt::format("the client sends '{}' instead of '{}'", got, begin));
    }
    return got;
  }
  void answer_capa() {
    expect("CAPA");
    say("+OK");
    for (const auto& one : capabilities) say(one);
    say(".");
  }
  /// Greeting, libcurl's CAPA and ours.
  void greet() {
    say(greeting);
    answer_capa();
    answer_capa();
  }
  /// AUTH XOAUTH2 in two steps; returns the client's response.
  std::string sign_in() {
    const std::string command = expect("AUTH");
    if (command != "AUTH XOAUTH2") throw std::runtime_error("not the two-step form: " + command);
    say("+ ");
    std::string response = line();
    say("+OK User successfully authenticated.");
    answer_capa();
    return response;
  }
  void stat() {
    expect("STAT");
    say(fmt::format("+OK {} 1000", mails.size()));
  }
  void ready() {
    greet();
    sign_in();
    stat();
  }
  /// Answers whatever comes like an honest server, until QUIT is answered; returns the commands.
  std::vector<std::string> serve() {
    std::vector<std::string> commands;
    for (;;) {
      commands.push_back(line());
      if (!answer(commands.back())) return commands;
    }
  }
  bool answer(const std::string& command);

 private:
  void send_mail(std::string_view mail);

  support::Conversation& to_;
};

struct ClientOptions {
  std::string mailbox = "support";
  std::string secret = "secret-token-0123";
  bool with_token = true;
  bool hash_ledger = false;
  bool starttls = false;
  std::chrono::milliseconds patience{3000};
};

/// A TLS server and the client that talks to it.
class Stage {
 public:
  explicit Stage(support::Script script, const ClientOptions& options = {}, bool implicit_tls = true);
  ~Stage();
  Mailbox& client() { return *client_; }

 private:
  support::ScriptedServer server_;
  std::unique_ptr<Mailbox> client_;
};

/// What `action` throws.
template <class F>
Error error_of(F&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::ours, "nothing was thrown"};
}

std::vector<RawMail> fetch_all(Mailbox& mailbox, std::uint64_t max_size = 35'000'000);

}  // namespace poller::pop3_test
