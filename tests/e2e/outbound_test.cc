// Answers and replies end to end: a real Dovecot, a real OAuth server, a real SMTP server, and the program itself. What
// went out is read back by Python's email package.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <string>

#include "../support/smtp_server.h"
#include "../support/temp_dir.h"
#include "base/clock.h"
#include "world.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using nlohmann::json;
using poller::support::SentMail;
using poller::support::SmtpServer;

namespace {

SmtpServer& answers_office() {
  static SmtpServer server({oauth().introspection_url(), {}});
  return server;
}

constexpr const char* kAnswers = R"(
answers:
  new_ticket: {text: ack.txt}
)";

HomeOptions sending(const std::string& user, const std::string& more = kAnswers) {
  auto options = options_for(user);
  options.mailbox_keys = fmt::format(
      "    smtp: {{host: localhost, port: {}, tls: starttls, ca_file: {}, from: \"Example Support <{}>\"}}\n",
      answers_office().starttls_port(), answers_office().ca_file().string(), user);
  options.more = more;
  return options;
}

Home sending_home(const std::string& user, const std::string& more = kAnswers) {
  answers_office().behave("{}");
  return Home(sending(user, more), oauth().mint(user).refresh_token);
}

void write_form(const Home& home) {
  poller::support::write_text(home.path() / "ack.txt",
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

// What Python's email package reads of a mail.
json read_by_python(const std::string& mail) {
  static const char* kScript = R"(
import email, email.policy, json, sys
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
body = m.get_body(preferencelist=('plain',))
print(json.dumps({
  'subject': m['Subject'], 'from': m['From'].addresses[0].addr_spec, 'from_name': m['From'].addresses[0].display_name,
  'to': [a.addr_spec for a in m['To'].addresses], 'message_id': str(m['Message-ID']).strip('<>'),
  'in_reply_to': str(m['In-Reply-To'] or '').strip('<>'), 'references': str(m['References'] or '').split(),
  'auto': str(m['Auto-Submitted'] or ''), 'suppress': str(m['X-Auto-Response-Suppress'] or ''),
  'topic': str(m['Thread-Topic'] or ''), 'index': str(m['Thread-Index'] or ''),
  'text': body.get_content(), 'defects': [str(d) for p in m.walk() for d in p.defects],
  'files': [[a.get_filename(), a.get_content_type(), len(a.get_payload(decode=True))] for a in m.iter_attachments()]}))
)";
  poller::support::RunOptions options;
  options.input = mail;
  const auto result = poller::support::run_program({"python3", "-c", kScript}, options);
  REQUIRE_MESSAGE(result.exit_code == 0, result.err);
  return json::parse(result.out);
}

std::string customer_mail(const std::string& from, const std::string& to, const std::string& id,
                          const std::string& subject, const std::string& more = "",
                          const std::string& body = "The printer burns.\r\n") {
  return fmt::format(
      "From: Jane Doe <{}>\r\nTo: <{}>\r\nSubject: {}\r\nMessage-ID: <{}>\r\nDate: Tue, 24 Nov 2026 08:00:00 +0000\r\n"
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n{}\r\n{}",
      from, to, subject, id, more, body);
}

std::vector<json> rows(const Home& home, const poller::support::Arguments& arguments) {
  const auto result = home.run(arguments);
  REQUIRE_MESSAGE(result.exit_code == 0, result.err);
  return json_lines(result.out);
}

bool holds_text(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a ticket's acknowledgement, a reply, and the customer's answer in the same ticket") {
  const auto user = new_user();
  const std::string jane = "jane-" + user;
  const Home home = sending_home(user);
  write_form(home);
  dovecot().deliver(user, customer_mail(jane, user, "first@" + user, "Drucker =?UTF-8?Q?br=C3=BCllt?=",
                                        "Thread-Topic: Drucker\r\nThread-Index: AdpX+w==\r\n"));
  CHECK(home.once().stored == 1);
  auto sent = sent_to(jane);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].from == user);
  CHECK(sent[0].user == user);
  const json ack = read_by_python(sent[0].data);
  CHECK(ack["subject"] == "Re: [T-1] Drucker brüllt");
  CHECK(ack["from"] == user);
  CHECK(ack["from_name"] == "Example Support");
  CHECK(ack["in_reply_to"] == "first@" + user);
  CHECK(ack["auto"] == "auto-replied");
  CHECK(ack["suppress"] == "All");
  CHECK(ack["topic"] == "Drucker");
  CHECK(ack["index"] == "AdpX+w==");
  CHECK(holds_text(ack["text"], "Dear Jane Doe,"));
  CHECK(holds_text(ack["text"], "T-1 (Drucker brüllt)"));
  CHECK(ack["defects"].empty());

  poller::support::write_text(home.path() / "reply.txt", "Bitte löschen.\n");
  poller::support::write_text(home.path() / "Übersicht.pdf", std::string(5000, 'x'));
  const auto replied = home.run({"reply", "T-1", "--text-file", "reply.txt", "--attach", "Übersicht.pdf", "--status",
                                 "pending", "--from-agent", "Alex", "--json"});
  REQUIRE_MESSAGE(replied.exit_code == 0, replied.err);
  CHECK(rows(home, {"outbox", "--json"}).size() == 1);
  home.once();
  CHECK(rows(home, {"outbox", "--json"}).empty());
  sent = sent_to(jane);
  REQUIRE(sent.size() == 2);
  const json reply = read_by_python(sent[1].data);
  CHECK(holds_text(reply["text"], "Bitte löschen."));
  CHECK(holds_text(reply["text"], "> The printer burns."));
  CHECK(reply["auto"] == "");
  CHECK(reply["in_reply_to"] == "first@" + user);
  CHECK(reply["files"] == json::parse(R"([["Übersicht.pdf", "application/pdf", 5000]])"));
  CHECK(reply["defects"].empty());
  CHECK(rows(home, {"show", "T-1", "--json"})[0]["status"] == "pending");

  dovecot().deliver(user, customer_mail(jane, user, "second@" + user, reply["subject"],
                                        fmt::format("In-Reply-To: <{}>\r\n", reply["message_id"].get<std::string>()),
                                        "Thank you.\r\n"));
  CHECK(home.once().stored == 1);
  const json ticket = rows(home, {"show", "T-1", "--json"})[0];
  REQUIRE(ticket["messages"].size() == 4);
  CHECK(ticket["messages"][1]["direction"] == "out");
  CHECK(ticket["messages"][1]["state"] == "sent");
  CHECK(ticket["messages"][3]["new_text"].get<std::string>().find("Thank you.") == 0);
  CHECK(home.count("SELECT count(*) FROM ticket_v1") == 1);
  CHECK(sent_to(jane).size() == 2);  // an answer is not acknowledged
}

TEST_CASE("what is not answered: old mail, machines, lists, ourselves, replayed mail; and explain says why") {
  const auto user = new_user();
  const Home home = sending_home(user);
  write_form(home);
  dovecot().deliver(user, customer_mail("old-" + user, user, "old@" + user, "old"), "INBOX", "",
                    std::time(nullptr) - 3 * 86400);
  dovecot().deliver(
      user, customer_mail("robot-" + user, user, "robot@" + user, "robot", "Auto-Submitted: auto-generated\r\n"));
  dovecot().deliver(user, customer_mail(user, user, "self@" + user, "self"));
  CHECK(home.once().stored == 3);
  CHECK(sent_to("old-" + user).empty());
  CHECK(sent_to("robot-" + user).empty());
  CHECK(sent_to(user).empty());
  const auto why = home.run({"explain", "1"});
  CHECK_MESSAGE(holds_text(why.out, "answers.max_age"), why.out);
  poller::support::write_text(home.path() / "r.eml", customer_mail("replay-" + user, user, "r@" + user, "replayed"));
  CHECK(home.run({"replay", "r.eml"}).exit_code == 0);
  CHECK(home.count("SELECT count(*) FROM outbox") == 0);
  poller::support::write_text(home.path() / "r2.eml",
                              fmt::format("Received: from a by b; {}\r\n",
                                          [] {
                                            const std::time_t now = std::time(nullptr);
                                            std::tm utc{};
                                            gmtime_r(&now, &utc);
                                            char text[64];
                                            std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S +0000", &utc);
                                            return std::string(text);
                                          }()) +
                                  customer_mail("replay-" + user, user, "r2@" + user, "replayed with --answer"));
  CHECK(home.run({"replay", "--answer", "r2.eml"}).exit_code == 0);
  CHECK(home.count("SELECT count(*) FROM outbox") == 1);
}

TEST_CASE("limits: per sender, and a full outbox") {
  const auto user = new_user();
  const Home home = sending_home(user,
                                 "answers:\n  new_ticket: {text: ack.txt}\n  per_sender: 2 in 3h\n"
                                 "outbound: {max_pending: 3}\n");
  write_form(home);
  for (int i = 0; i < 4; ++i) {
    dovecot().deliver(user,
                      customer_mail("often-" + user, user, fmt::format("o{}@{}", i, user), fmt::format("s{}", i)));
  }
  home.once();
  CHECK(sent_to("often-" + user).size() == 2);
  answers_office().behave(R"({"data": "451 4.3.0 later"})");
  for (int i = 0; i < 5; ++i) {
    dovecot().deliver(user, customer_mail(fmt::format("p{}-{}", i, user), user, fmt::format("p{}@{}", i, user), "p"));
  }
  CHECK(home.run({"--once"}).exit_code == 75);
  CHECK(home.count("SELECT count(*) FROM outbox WHERE state = 'retry'") == 3);
  poller::support::write_text(home.path() / "reply.txt", "An agent's reply is accepted.\n");
  CHECK(home.run({"reply", "T-1", "--text-file", "reply.txt"}).exit_code == 0);
  answers_office().behave("{}");
}

TEST_CASE("a reply is held for a while, and can be taken back") {
  const auto user = new_user();
  const Home home = sending_home(user, "outbound: {hold: 1h}\n");
  write_form(home);
  dovecot().deliver(user, customer_mail("held-" + user, user, "h@" + user, "hold"));
  home.once();
  poller::support::write_text(home.path() / "reply.txt", "Too fast.\n");
  home.run({"reply", "T-1", "--text-file", "reply.txt"});
  home.once();
  const auto waiting = rows(home, {"outbox", "--json"});
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0]["state"] == "pending");
  CHECK(home.run({"outbox", "cancel", std::to_string(waiting[0]["id"].get<int>())}).exit_code == 0);
  CHECK(rows(home, {"outbox", "--json"}).empty());
  CHECK(home.run({"outbox", "cancel", "99"}).exit_code == 64);
  CHECK(sent_to("held-" + user).empty());
}

TEST_CASE("agents are told, and their answers by mail go on to the customer") {
  const auto user = new_user();
  const std::string agent = "agent-" + user, jane = "jane-" + user;
  const Home home = sending_home(user, fmt::format("queues:\n  - {{name: support, agents: [{}]}}\n", agent));
  write_form(home);
  dovecot().deliver(user, customer_mail(jane, user, "a1@" + user, "help"));
  home.once();
  auto told = sent_to(agent);
  REQUIRE(told.size() == 1);
  const json notice = read_by_python(told[0].data);
  CHECK(notice["auto"] == "auto-generated");
  CHECK(holds_text(notice["text"], "The printer burns."));
  const std::string answer = fmt::format("In-Reply-To: <{}>\r\n", notice["message_id"].get<std::string>());
  dovecot().deliver(
      user, customer_mail(agent, user, "a2@" + user, notice["subject"], answer, "#close\r\nUse the extinguisher.\r\n"));
  home.once();
  const auto sent = sent_to(jane);
  REQUIRE(sent.size() == 1);
  const json forwarded = read_by_python(sent[0].data);
  CHECK(forwarded["from"] == user);
  CHECK(holds_text(forwarded["text"], "Use the extinguisher."));
  CHECK_FALSE(holds_text(forwarded["text"], "#close"));
  CHECK(rows(home, {"show", "T-1", "--json"})[0]["status"] == "closed");
  CHECK(sent_to(agent).size() == 1);  // not of his own mail
  // Somebody who got hold of the notification is no agent.
  dovecot().deliver(user, customer_mail("mallory-" + user, user, "a3@" + user, notice["subject"], answer, "Hi\r\n"));
  home.once();
  CHECK(sent_to(jane).size() == 1);
}

TEST_CASE("a bounce comes home: state, note, and no more automatic answers") {
  const auto user = new_user();
  const std::string jane = "jane-" + user;
  const Home home = sending_home(user);
  write_form(home);
  dovecot().deliver(user, customer_mail(jane, user, "b1@" + user, "first"));
  home.once();
  REQUIRE(sent_to(jane).size() == 1);
  const json ack = read_by_python(sent_to(jane)[0].data);
  dovecot().deliver(
      user, fmt::format(
                "From: MAILER-DAEMON@mx.example\r\nTo: <{0}>\r\nSubject: Undelivered Mail Returned to Sender\r\n"
                "Message-ID: <dsn@{0}>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
                "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
                "Content-Type: text/plain\r\n\r\nUser unknown.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
                "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {1}\r\nAction: failed\r\n"
                "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n--b\r\n"
                "Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{2}>\r\nSubject: x\r\n\r\n--b--\r\n",
                user, jane, ack["message_id"].get<std::string>()));
  home.once();
  CHECK(home.count("SELECT count(*) FROM message WHERE direction = 'out' AND state = 'bounced'") == 1);
  CHECK(home.count("SELECT count(*) FROM message_v1 WHERE direction = 'note'") == 1);
  dovecot().deliver(user, customer_mail(jane, user, "b2@" + user, "second"));
  home.once();
  CHECK(sent_to(jane).size() == 1);
}

TEST_CASE("uncertain, and resolved by the account's Sent folder") {
  const auto user = new_user();
  const Home home = sending_home(user);
  write_form(home);
  dovecot().deliver(user, customer_mail("u-" + user, user, "u1@" + user, "uncertain"));
  answers_office().behave(R"({"lose": "after"})");
  home.once();
  answers_office().behave("{}");
  const auto parked = rows(home, {"outbox", "--json"});
  REQUIRE(parked.size() == 1);
  CHECK(parked[0]["state"] == "uncertain");
  home.once();
  CHECK(rows(home, {"outbox", "--json"})[0]["state"] == "uncertain");  // not in Sent, and nothing there to trust it by
  dovecot().deliver(user, sent_to("u-" + user)[0].data, "Sent Items", "S");
  home.once();
  CHECK(rows(home, {"outbox", "--json"}).empty());
  CHECK(sent_to("u-" + user).size() == 1);
}
