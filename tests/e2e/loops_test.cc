// Two pollers that write to one another: real servers, two installations, and a network that may take headers away.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sstream>
#include <string>

#include "../support/smtp_server.h"
#include "../support/temp_dir.h"
#include "world.h"

namespace poller::e2e {
namespace {

support::SmtpServer& loop_office() {
  static support::SmtpServer server({oauth().introspection_url(), {}});
  return server;
}

HomeOptions answering(const std::string& user) {
  loop_office().behave("{}");
  auto options = options_for(user);
  options.mailbox_keys =
      fmt::format("    smtp: {{host: localhost, port: {}, tls: starttls, ca_file: {}, from: \"{}\"}}\n",
                  loop_office().starttls_port(), loop_office().ca_file().string(), user);
  options.more = "\nanswers:\n  new_ticket: {text: ack.txt}\n";
  return options;
}

void write_ack(const Home& home) {
  support::write_text(home.path() / "ack.txt", "Your request is {{number}}.\n\n{{text}}\n");
}

// Without the fields that tell a machine's mail from a person's, as some gateways leave it.
std::string stripped(const std::string& mail) {
  std::istringstream in(mail);
  std::string out;
  bool header = true;
  for (std::string line; std::getline(in, line);) {
    header = header && line != "\r" && !line.empty();
    const bool tells = header && (line.starts_with("Auto-Submitted:") || line.starts_with("Precedence:") ||
                                  line.starts_with("X-Auto-Response-Suppress:"));
    if (!tells) out += line + "\n";
  }
  return out;
}

// Brings what went out since the last time to the mailboxes; how many mails that were.
class Network {
 public:
  Network(std::vector<std::string> users, bool strips) : users_(std::move(users)), strips_(strips) {
    carried_ = loop_office().mails().size();
  }
  int carry() {
    int count = 0;
    const auto mails = loop_office().mails();
    for (; carried_ < mails.size(); ++carried_) {
      for (const auto& to : mails[carried_].to) {
        for (const auto& user : users_) {
          if (to != user) continue;
          dovecot().deliver(user, strips_ ? stripped(mails[carried_].data) : mails[carried_].data);
          ++count;
        }
      }
    }
    return count;
  }

 private:
  std::vector<std::string> users_;
  bool strips_;
  std::size_t carried_ = 0;
};

int mails_until_silence(bool strips) {
  const auto first = new_user(), second = new_user();
  const Home a(answering(first), oauth().mint(first).refresh_token);
  const Home b(answering(second), oauth().mint(second).refresh_token);
  write_ack(a);
  write_ack(b);
  Network network({first, second}, strips);
  dovecot().deliver(first, fmt::format("From: <{}>\r\nTo: <{}>\r\nSubject: a question\r\nMessage-ID: <start@{}>\r\n"
                                       "Date: Tue, 24 Nov 2026 08:00:00 +0000\r\n\r\nHello.\r\n",
                                       second, first, first));
  int mails = 0;
  for (int round = 0; round < 10; ++round) {
    a.once();
    b.once();
    const int carried = network.carry();
    if (carried == 0) break;
    mails += carried;
  }
  return mails;
}

}  // namespace

TEST_CASE("two pollers that answer one another stop at the first answer, which says that it is automatic") {
  CHECK(mails_until_silence(false) == 1);
}

TEST_CASE("two pollers stop after two rounds where the network takes those headers away") {
  const int mails = mails_until_silence(true);
  CHECK(mails >= 2);
  CHECK(mails <= 4);
}

}  // namespace poller::e2e
