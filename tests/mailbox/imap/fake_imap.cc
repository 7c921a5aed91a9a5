#include "fake_imap.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "mailbox/imap/imap_mailbox.h"

namespace poller::imap_test {

Command FakeImap::next() {
  const std::string line = to_.line();
  const auto blank = line.find(' ');
  if (blank == std::string::npos) return {{}, line};
  return {line.substr(0, blank), line.substr(blank + 1)};
}

Command FakeImap::expect(std::string_view begin) {
  Command command = next();
  if (command.text.rfind(begin, 0) != 0) {
    throw std::runtime_error(fmt::format("the client sends '{}' instead of '{}'", command.text, begin));
  }
  return command;
}

void FakeImap::greet() {
  say(greeting);
  const Command command = expect("CAPABILITY");
  say("* CAPABILITY " + before);
  ok(command);
}

std::string FakeImap::sign_in() {
  const Command command = expect("AUTHENTICATE");
  ok(command, "AUTHENTICATE completed.");
  return command.text;
}

void FakeImap::open_folder(std::uint32_t exists) {
  for (;;) {
    const Command command = next();
    if (command.text == "CAPABILITY") say("* CAPABILITY " + after);
    if (command.text == "NAMESPACE") say(R"(* NAMESPACE (("" "/")) NIL NIL)");
    const bool opens = command.text.rfind("SELECT", 0) == 0 || command.text.rfind("EXAMINE", 0) == 0;
    if (opens) {
      say(R"(* FLAGS (\Seen \Answered \Flagged \Deleted \Draft $MDNSent))");
      say(fmt::format("* {} EXISTS", exists));
      say("* 0 RECENT");
      say(fmt::format("* OK [UIDVALIDITY {}] UIDs valid", uidvalidity));
      say(fmt::format("* OK [UIDNEXT {}] next", uidnext));
    }
    ok(command, opens ? "[READ-WRITE] done" : "done");
    if (opens) return;
  }
}

void FakeImap::answer_searches(std::uint32_t exists) {
  for (int i = 0; i < 2; ++i) {
    const Command command = expect("UID SEARCH");
    say("* SEARCH " + numbers_to(exists));
    ok(command);
  }
}

void FakeImap::answer_sizes(std::uint32_t exists, std::uint64_t size) {
  const Command command = expect("UID FETCH");
  if (command.text.find("(UID RFC822.SIZE)") == std::string::npos) throw std::runtime_error("not for sizes");
  for (std::uint32_t uid = 1; uid <= exists; ++uid)
    say(fmt::format("* {} FETCH (UID {} RFC822.SIZE {})", uid, uid, size));
  ok(command);
}

void FakeImap::log_out() {
  const Command command = expect("LOGOUT");
  say("* BYE bye");
  ok(command);
}

std::string fetch_line(std::uint32_t uid, std::string_view body, std::string_view flags) {
  return fmt::format(
      "* {} FETCH (UID {} FLAGS ({}) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE {} BODY[] "
      "{{{}}}\r\n{})\r\n",
      uid, uid, flags, body.size(), body.size(), body);
}

std::string numbers_to(std::uint32_t n) {
  std::string out;
  for (std::uint32_t i = 1; i <= n; ++i) out += (i > 1 ? " " : "") + std::to_string(i);
  return out;
}

std::unique_ptr<Mailbox> make_client(std::uint16_t port, const std::string& ca_file, const ClientOptions& options) {
  TransportOptions server;
  server.host = options.host;
  server.port = port;
  server.starttls = options.starttls;
  server.ca_file = ca_file;
  server.connect = options.patience;
  imap::Account account;
  account.mailbox = "support";
  account.folder = options.folder;
  account.user = "desk@example.com";
  account.with_token = options.with_token;
  account.secret = [secret = options.secret] { return Secret(secret); };
  Deadlines deadlines;
  deadlines.connect = deadlines.command = deadlines.body_progress = options.patience;
  return imap::make_imap_mailbox(server, account, deadlines);
}

support::TestCa& Stage::ca() {
  static support::TestCa authority;
  return authority;
}

Stage::Stage(support::Script script, const ClientOptions& options, bool implicit_tls)
    : server_(support::ScriptedTls{ca().server(), implicit_tls, false}, std::move(script)),
      client_(make_client(server_.port(), ca().ca_file().string(), options)) {}

Stage::~Stage() {
  client_.reset();
  CHECK(server_.finish() == "");
}

std::vector<RawMail> fetch_all(Mailbox& mailbox, std::uint64_t max_size) {
  std::vector<RawMail> out;
  FetchOptions options;
  options.max_size = max_size;
  const auto listed = mailbox.list({});
  mailbox.fetch(listed, options, [&](RawMail&& mail) {
    out.push_back(std::move(mail));
    return true;
  });
  return out;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace poller::imap_test
