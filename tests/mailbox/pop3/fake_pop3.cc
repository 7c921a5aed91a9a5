#include "fake_pop3.h"

#include <doctest/doctest.h>

namespace poller::pop3_test {
namespace {

support::TestCa& pop3_ca() {
  static support::TestCa authority;
  return authority;
}

std::unique_ptr<Mailbox> make_pop3_client(std::uint16_t port, const ClientOptions& options) {
  TransportOptions server;
  server.protocol = MailProtocol::pop3;
  server.host = "localhost";
  server.port = port;
  server.starttls = options.starttls;
  server.ca_file = pop3_ca().ca_file().string();
  server.connect = options.patience;
  pop3::Account account;
  account.mailbox = options.mailbox;
  account.user = "desk@example.com";
  account.with_token = options.with_token;
  account.hash_ledger = options.hash_ledger;
  account.secret = [secret = options.secret] { return Secret(secret); };
  Deadlines deadlines;
  deadlines.connect = deadlines.command = deadlines.body_progress = options.patience;
  return pop3::make_pop3_mailbox(server, account, deadlines);
}

std::uint32_t number_in(const std::string& command) {
  return static_cast<std::uint32_t>(std::stoul(command.substr(command.find(' ') + 1)));
}

}  // namespace

void FakePop3::send_mail(std::string_view mail) {
  std::string wire = "+OK\r\n";
  for (std::size_t i = 0; i < mail.size(); ++i) {
    if (mail[i] == '.' && (i == 0 || mail[i - 1] == '\n')) wire += '.';
    wire += mail[i];
  }
  send(wire + ".\r\n");
}

bool FakePop3::answer(const std::string& command) {
  const std::string word = command.substr(0, command.find(' '));
  if (word == "LIST" || word == "UIDL") {
    say("+OK");
    for (const auto& [number, mail] : mails) {
      const auto uidl = uidls.find(number);
      const std::string id = uidl == uidls.end() ? fmt::format("uid-{}", number) : uidl->second;
      say(fmt::format("{} {}", number, word == "LIST" ? std::to_string(mail.size()) : id));
    }
    say(".");
  } else if (word == "RETR") {
    send_mail(mails.at(number_in(command)));
  } else if (word == "TOP") {
    const std::string& mail = mails.at(number_in(command));
    send_mail(mail.substr(0, mail.find("\r\n\r\n") + 4));
  } else if (word == "QUIT") {
    say("+OK bye");
    return false;
  } else {
    say("+OK");
  }
  return true;
}

Stage::Stage(support::Script script, const ClientOptions& options, bool implicit_tls)
    : server_(support::ScriptedTls{pop3_ca().server(), implicit_tls, false}, std::move(script)),
      client_(make_pop3_client(server_.port(), options)) {}

Stage::~Stage() {
  client_.reset();
  CHECK(server_.finish() == "");
}

std::vector<RawMail> fetch_all(Mailbox& mailbox, std::uint64_t max_size) {
  std::vector<RawMail> out;
  const auto listed = mailbox.list({});
  mailbox.fetch(listed, {max_size}, [&](RawMail&& mail) {
    out.push_back(std::move(mail));
    return true;
  });
  return out;
}

}  // namespace poller::pop3_test
