// Answers and replies end to end: a real Dovecot, a real OAuth server, a real SMTP server, and the program itself. What
// went out is read back by Python's email package.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <string>

#include "../support/net.h"
#include "../support/temp_dir.h"
#include "base/clock.h"
#include "daemon.h"
#include "read_back.h"
#include "sending.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using nlohmann::json;

namespace {

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
  const json ack = read_back(sent[0].data);
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
  CHECK(still_to_send(home).size() == 1);
  home.once();
  CHECK(still_to_send(home).empty());
  sent = sent_to(jane);
  REQUIRE(sent.size() == 2);
  const json reply = read_back(sent[1].data);
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
  const auto refused = home.run({"--once"});
  CHECK(refused.exit_code == 75);
  CHECK(holds(refused.out, "outbox: 3 to be tried again\n"));
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
  REQUIRE(rows(home, {"outbox", "--json"}).size() == 1);
  CHECK(rows(home, {"outbox", "--json"})[0]["state"] == "cancelled");
  CHECK(holds(home.run({"show", "T-1"}).out, "cancelled"));  // else it looked as if it had been sent
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
  const json notice = read_back(told[0].data);
  CHECK(notice["auto"] == "auto-generated");
  CHECK(holds_text(notice["text"], "The printer burns."));
  const std::string answer = fmt::format("In-Reply-To: <{}>\r\n", notice["message_id"].get<std::string>());
  dovecot().deliver(
      user, customer_mail(agent, user, "a2@" + user, notice["subject"], answer, "#close\r\nUse the extinguisher.\r\n"));
  home.once();
  const auto sent = sent_to(jane);
  REQUIRE(sent.size() == 1);
  const json forwarded = read_back(sent[0].data);
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

TEST_CASE("an agent's answer to a notice goes to whom it told of, though the ticket was split since") {
  const auto user = new_user();
  const std::string agent = "agent-" + user, jane = "jane-" + user, bob = "bob-" + user;
  const Home home = sending_home(user, fmt::format("queues:\n  - {{name: support, agents: [{}]}}\n", agent));
  write_form(home);
  dovecot().deliver(user, customer_mail(jane, user, "s1@" + user, "help", "Cc: " + bob + "\r\n"));
  home.once();
  const std::string to_first = "References: <s1@" + user + ">\r\n";
  dovecot().deliver(user, customer_mail(bob, user, "s2@" + user, "Re: help", to_first, "What of my invoice?\r\n"));
  home.once();
  const auto told = sent_to(agent);
  REQUIRE(told.size() == 2);
  const json notice = read_back(told[1].data);
  CHECK(holds_text(notice["text"], "What of my invoice?"));
  const auto messages = rows(home, {"show", "T-1", "--json"})[0]["messages"];
  REQUIRE(messages.size() == 2);
  CHECK(home.run({"split", std::to_string(messages[1]["id"].get<int>())}).exit_code == 0);
  const std::string answer = fmt::format("In-Reply-To: <{}>\r\n", notice["message_id"].get<std::string>());
  dovecot().deliver(user, customer_mail(agent, user, "s3@" + user, notice["subject"], answer, "It is paid.\r\n"));
  home.once();
  CHECK(sent_to(jane).empty());
  REQUIRE(sent_to(bob).size() == 1);
  CHECK(holds_text(read_back(sent_to(bob)[0].data)["text"], "It is paid."));
}

TEST_CASE("a bounce comes home: state, note, and no more automatic answers") {
  const auto user = new_user();
  const std::string jane = "jane-" + user, agent = "agent-" + user;
  const Home home =
      sending_home(user, fmt::format("{}queues:\n  - {{name: support, agents: [{}]}}\n", kAnswers, agent));
  write_form(home);
  dovecot().deliver(user, customer_mail(jane, user, "b1@" + user, "first"));
  home.once();
  REQUIRE(sent_to(jane).size() == 1);
  const json ack = read_back(sent_to(jane)[0].data);
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
  // The agent's notice goes with the message, should somebody split the ticket.
  CHECK(home.count("SELECT count(*) FROM outbox JOIN message m ON m.id = about WHERE m.state = 'bounced'") == 1);
  dovecot().deliver(user, customer_mail(jane, user, "b2@" + user, "second"));
  home.once();
  CHECK(sent_to(jane).size() == 1);
}

TEST_CASE("check names what is wrong with a template, and so does the start") {
  const auto user = new_user();
  const Home home = sending_home(user);
  auto checked = home.run({"check"});
  CHECK(checked.exit_code == 78);  // it is not there
  CHECK_MESSAGE(holds_text(checked.out, "answers.new_ticket.text cannot be read"), checked.out);
  poller::support::write_text(home.path() / "ack.txt", "Hello\n{{requster_name}}\n");
  checked = home.run({"check"});
  CHECK(checked.exit_code == 78);
  CHECK_MESSAGE(holds_text(checked.out, "ack.txt:2: answers.new_ticket.text: the unknown name {{requster_name}}"),
                checked.out);
  CHECK(holds_text(checked.out, "did you mean requester_name?"));
  CHECK(home.run({"--once"}).exit_code == 78);
  write_form(home);
  CHECK(home.run({"check"}).exit_code == 0);
  CHECK(home.run({"--once"}).exit_code == 0);
}

TEST_CASE("the daemon sends, counts what it sent, and keeps its configuration when the new one has a broken template") {
  const auto user = new_user();
  const auto port = poller::support::free_port();
  const Home home = sending_home(user, fmt::format("{}http: {{listen: 127.0.0.1:{}}}\n", kAnswers, port));
  write_form(home);
  Daemon daemon(home);
  REQUIRE(eventually([&] { return daemon.says("poller is running"); }));
  dovecot().deliver(user, customer_mail("d-" + user, user, "d1@" + user, "daemon"));
  CHECK(eventually([&] { return sent_to("d-" + user).size() == 1; }));
  CHECK(eventually([&] {
    return holds_text(poller::support::http_request(port, "GET", "/metrics").body,
                      "poller_outbox_sent_total{result=\"sent\"} 1\n");
  }));
  poller::support::write_text(home.path() / "ack.txt", "{{nonsense}}");
  daemon.signal(SIGHUP);
  CHECK(eventually([&] { return daemon.says("the old one stays in force"); }));
  CHECK(daemon.running());
  CHECK(daemon.end() < 10);
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
  CHECK(still_to_send(home).empty());
  CHECK(sent_to("u-" + user).size() == 1);
}
