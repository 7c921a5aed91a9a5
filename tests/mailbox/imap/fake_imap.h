// The server's side of an IMAP session for scripts, and the client that talks to it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "lib/curl/transport.h"
#include "mailbox/mailbox.h"
#include "tests/support/scripted_server.h"

namespace poller::imap_test {

struct Command {
  std::string tag;
  std::string text;  // without the tag
};

/// The usual lines, so that a script has only the unusual ones.
class FakeImap {
 public:
  explicit FakeImap(support::Conversation& to) : to_(to) {}

  std::string greeting = "* OK ready";
  std::string before = "IMAP4rev1 SASL-IR ID NAMESPACE AUTH=PLAIN AUTH=XOAUTH2";
  std::string after = "IMAP4rev1 ID NAMESPACE UIDPLUS MOVE IDLE LITERAL+";
  std::uint32_t uidvalidity = 77;
  std::uint32_t uidnext = 1000;

  /// Greeting, and the answer to libcurl's CAPABILITY.
  void greet();
  /// The client's AUTHENTICATE is accepted; the command's line is returned.
  std::string sign_in();
  /// CAPABILITY, ID, NAMESPACE and SELECT or EXAMINE answered.
  void open_folder(std::uint32_t exists);
  void ready(std::uint32_t exists) {
    greet();
    sign_in();
    open_folder(exists);
  }
  /// UID SEARCH ALL and UID SEARCH UNSEEN answered with "1 2 … exists".
  void answer_searches(std::uint32_t exists);
  /// Sizes asked for by UID FETCH told as `size` each; returns how many.
  void answer_sizes(std::uint32_t exists, std::uint64_t size);
  void log_out();

  Command next();
  /// The next command, which must begin so.
  Command expect(std::string_view begin);
  void ok(const Command& command, std::string_view text = "done") { say(command.tag + " OK " + std::string(text)); }
  void say(std::string_view line) { to_.say(line); }
  void send(std::string_view bytes) { to_.send(bytes); }
  support::Conversation& connection() { return to_; }

 private:
  support::Conversation& to_;
};

/// "* n FETCH (UID uid FLAGS () INTERNALDATE … RFC822.SIZE … BODY[] {…}CRLF…)CRLF"
std::string fetch_line(std::uint32_t uid, std::string_view body, std::string_view flags = "");

/// "1 2 … n"
std::string numbers_to(std::uint32_t n);

struct ClientOptions {
  std::string folder = "INBOX";
  std::string secret = "secret-token-0123";
  bool with_token = true;
  bool starttls = false;
  std::string host = "localhost";
  std::chrono::milliseconds patience{3000};
};

std::unique_ptr<Mailbox> make_client(std::uint16_t port, const std::string& ca_file, const ClientOptions& options = {});

/// A TLS server with a certificate that make_client() trusts, and the client.
class Stage {
 public:
  explicit Stage(support::Script script, const ClientOptions& options = {}, bool implicit_tls = true);
  ~Stage();
  Mailbox& client() { return *client_; }
  support::ScriptedServer& server() { return server_; }
  static support::TestCa& ca();

 private:
  support::ScriptedServer server_;
  std::unique_ptr<Mailbox> client_;
};

/// What `action` throws; fails the test when it throws nothing.
template <class F>
Error error_of(F&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::ours, "nothing was thrown"};
}

/// Everything that list() and fetch() give.
std::vector<RawMail> fetch_all(Mailbox& mailbox, std::uint64_t max_size = 35'000'000);

bool contains(std::string_view text, std::string_view part);

}  // namespace poller::imap_test
