#include "sending.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "../support/temp_dir.h"

namespace poller::e2e {

using nlohmann::json;
using support::SentMail;
using support::SmtpServer;

SmtpServer& answers_office() {
  static SmtpServer server({oauth().introspection_url(), {}});
  return server;
}

HomeOptions sending(const std::string& user, const std::string& more) {
  auto options = options_for(user);
  options.mailbox_keys = fmt::format(
      "    smtp: {{host: localhost, port: {}, tls: starttls, ca_file: {}, from: \"Example Support <{}>\"}}\n",
      answers_office().starttls_port(), answers_office().ca_file().string(), user);
  options.more = more;
  return options;
}

Home sending_home(const std::string& user, const std::string& more) {
  answers_office().behave("{}");
  return Home(sending(user, more), oauth().mint(user).refresh_token);
}

void write_form(const Home& home) {
  support::write_text(home.path() / "ack.txt",
                      "Dear {{requester_name}},\n\nyour request is {{number}} ({{subject}}).\n");
}

std::vector<SentMail> sent_to(const std::string& address) {
  std::vector<SentMail> out;
  for (auto& mail : answers_office().mails()) {
    for (const auto& to : mail.to) {
      if (to == address) out.push_back(mail);
    }
  }
  return out;
}

std::string customer_mail(const std::string& from, const std::string& to, const std::string& id,
                          const std::string& subject, const std::string& more, const std::string& body) {
  return fmt::format(
      "From: Jane Doe <{}>\r\nTo: <{}>\r\nSubject: {}\r\nMessage-ID: <{}>\r\nDate: Tue, 24 Nov 2026 08:00:00 +0000\r\n"
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n{}\r\n{}",
      from, to, subject, id, more, body);
}

std::vector<json> rows(const Home& home, const support::Arguments& arguments) {
  const auto result = home.run(arguments);
  REQUIRE_MESSAGE(result.exit_code == 0, result.err);
  return json_lines(result.out);
}

std::vector<json> still_to_send(const Home& home) {
  auto out = rows(home, {"outbox", "--json"});
  std::erase_if(out, [](const json& row) { return row.at("state") == "sent" || row.at("state") == "cancelled"; });
  return out;
}

}  // namespace poller::e2e
