// What the tests of sending share: a home whose mailbox can send, and the SMTP server that keeps what it gets.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../support/smtp_server.h"
#include "world.h"

namespace poller::e2e {

/// Started at the first use, ended with the test program.
support::SmtpServer& answers_office();

/// Acknowledgements by the template ack.txt.
inline constexpr const char* kAnswers = R"(
answers:
  new_ticket: {text: ack.txt}
)";

HomeOptions sending(const std::string& user, const std::string& more = kAnswers);
/// Signed in; the SMTP server behaves as usual from now on.
Home sending_home(const std::string& user, const std::string& more = kAnswers);
/// ack.txt in the home.
void write_form(const Home& home);

/// What the SMTP server took for that address, in order.
std::vector<support::SentMail> sent_to(const std::string& address);

/// `more`: further header lines, each with its line end.
std::string customer_mail(const std::string& from, const std::string& to, const std::string& id,
                          const std::string& subject, const std::string& more = "",
                          const std::string& body = "The printer burns.\r\n");

/// The objects that a command prints, which must end with 0.
std::vector<nlohmann::json> rows(const Home& home, const support::Arguments& arguments);
/// Of `poller outbox` what is neither sent nor cancelled.
std::vector<nlohmann::json> still_to_send(const Home& home);

}  // namespace poller::e2e
