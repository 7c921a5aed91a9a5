// Closing notices, refusals of oversized mail, pictures that are sent back, conversations as Gmail and Outlook group
// them, and a run that ends in the middle; over real servers, read back by Python's email package.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "../support/temp_dir.h"
#include "daemon.h"
#include "read_back.h"
#include "sending.h"

using namespace poller::e2e;  // NOLINT(google-build-using-namespace): the world these tests live in
using nlohmann::json;
namespace support = poller::support;

namespace {

// The subject that Gmail compares: without the prefixes of replies.
std::string gmail_subject(std::string subject) {
  for (const char* prefix : {"Re: ", "RE: ", "AW: "}) {
    while (subject.starts_with(prefix)) subject.erase(0, 4);
  }
  return subject;
}

// Gmail: a mail joins a conversation when its References or In-Reply-To name a mail of it and the subjects match
// (developers.google.com/gmail/api/guides/threads).
bool gmail_joins(const json& mail, const json& earlier) {
  const std::string id = earlier["message_id"];
  const auto& references = mail["references"];
  const bool named =
      mail["in_reply_to"] == id || std::find(references.begin(), references.end(), "<" + id + ">") != references.end();
  return named && gmail_subject(mail["subject"]) == gmail_subject(earlier["subject"]);
}

// Outlook and Exchange: the conversation is the topic with the first 22 bytes of the index, else what In-Reply-To and
// References say ([MS-OXOMSG] 2.2.1.2 and 2.2.1.3).
bool outlook_joins(const json& mail, const std::string& topic, const std::string& index) {
  return mail["topic"] == topic && mail["index"].get<std::string>().substr(0, 28) == index.substr(0, 28);
}

}  // namespace

TEST_CASE("a closed ticket's requester is told, once, unless a machine wrote last") {
  const auto user = new_user();
  const Home home = sending_home(user, "answers: {closed: {text: closed.txt, html: closed.html}}\n");
  support::write_text(home.path() / "closed.txt", "{{number}} is closed.\n");
  support::write_text(home.path() / "closed.html", "<p>{{number}} of {{requester_name}} is closed.</p>\n");
  dovecot().deliver(user, customer_mail("c-" + user, user, "c1@" + user, "to be closed"));
  dovecot().deliver(
      user, customer_mail("robot-" + user, user, "c2@" + user, "a machine's", "Auto-Submitted: auto-generated\r\n"));
  home.once();
  CHECK(home.run({"set", "1", "--status", "closed"}).exit_code == 0);
  CHECK(home.run({"set", "1", "--status", "closed"}).exit_code == 0);
  CHECK(home.run({"set", "2", "--status", "closed"}).exit_code == 0);
  home.once();
  CHECK(sent_to("robot-" + user).empty());
  REQUIRE(sent_to("c-" + user).size() == 1);
  const json notice = read_back(sent_to("c-" + user)[0].data);
  CHECK(notice["subject"] == "Re: [T-1] to be closed");
  CHECK(holds(notice["text"], "T-1 is closed."));
  CHECK(holds(notice["html"], "T-1 of Jane Doe is closed."));
  CHECK(notice["auto"] == "auto-generated");
  CHECK(notice["defects"].empty());
}

TEST_CASE("an oversized mail's sender is told that it was not taken; his name can do no harm in HTML") {
  const auto user = new_user();
  auto options = sending(user, "answers: {too_large: {text: large.txt, html: large.html}}\n");
  options.mailbox_keys += "    max_size: 1KB\n";
  answers_office().behave("{}");
  const Home home(options, oauth().mint(user).refresh_token);
  support::write_text(home.path() / "large.txt", "Your mail {{subject}} is too large.\n");
  support::write_text(home.path() / "large.html", "<p>{{requester_name}}: {{subject}} is too large.</p>\n");
  dovecot().deliver(user, fmt::format("From: \"<script>x</script>\" <l-{0}>\r\nTo: <{0}>\r\nSubject: <b>big</b>\r\n"
                                      "Message-ID: <l1@{0}>\r\n\r\n{1}\r\n",
                                      user, std::string(4000, 'x')));
  CHECK(home.once().quarantined == 1);
  REQUIRE(sent_to("l-" + user).size() == 1);
  const json refusal = read_back(sent_to("l-" + user)[0].data);
  CHECK(holds(refusal["text"], "Your mail <b>big</b> is too large."));
  CHECK(holds(refusal["html"], "&lt;script&gt;x&lt;/script&gt;: &lt;b&gt;big&lt;/b&gt; is too large."));
  CHECK(refusal["in_reply_to"] == "l1@" + user);
}

TEST_CASE("the pictures of a quoted mail go back with the reply, its files do not") {
  const auto user = new_user();
  const Home home = sending_home(user, "");
  const std::string picture = "iVBORw0KGgo=";  // eight bytes
  dovecot().deliver(
      user,
      fmt::format("From: <p-{0}>\r\nTo: <{0}>\r\nSubject: picture\r\nMessage-ID: <p1@{0}>\r\nMIME-Version: 1.0\r\n"
                  "Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html\r\n\r\n"
                  "<p>See <img src=\"cid:shot@x\"></p>\r\n--r\r\nContent-Type: image/png\r\n"
                  "Content-ID: <shot@x>\r\nContent-Disposition: inline; filename=shot.png\r\n"
                  "Content-Transfer-Encoding: base64\r\n\r\n{1}\r\n--r\r\nContent-Type: image/png\r\n"
                  "Content-ID: <unused@x>\r\nContent-Disposition: inline; filename=unused.png\r\n"
                  "Content-Transfer-Encoding: base64\r\n\r\n{1}\r\n--r--\r\n",
                  user, picture));
  home.once();
  support::write_text(home.path() / "reply.html", "<html><body><p>I see.</p></body></html>");
  CHECK(home.run({"reply", "T-1", "--html-file", "reply.html"}).exit_code == 0);
  home.once();
  REQUIRE(sent_to("p-" + user).size() == 1);
  const json reply = read_back(sent_to("p-" + user)[0].data);
  CHECK(reply["pictures"] == json::parse(R"([["shot@x", "image/png", 8]])"));
  CHECK(holds(reply["html"], "<p>I see.</p>"));
  CHECK(holds(reply["html"], "cid:shot@x"));
  CHECK(holds(reply["text"], "I see."));
  CHECK(reply["files"].empty());
  CHECK(reply["defects"].empty());
}

TEST_CASE("Gmail and Outlook show one conversation, in both directions") {
  const auto user = new_user();
  const std::string jane = "g-" + user;
  const std::string index = "AdpX+wAAAAAAAAAAAAAAAAAAAAAAAA==";
  const Home home = sending_home(user);
  write_form(home);
  dovecot().deliver(user, customer_mail(jane, user, "g1@" + user, "Drucker",
                                        fmt::format("Thread-Topic: Drucker\r\nThread-Index: {}\r\n", index)));
  home.once();
  REQUIRE(sent_to(jane).size() == 1);
  const json ack = read_back(sent_to(jane)[0].data);
  CHECK(ack["in_reply_to"] == "g1@" + user);
  CHECK(outlook_joins(ack, "Drucker", index));
  // Outlook lengthens the index by five bytes; its user answers our acknowledgement.
  const std::string longer = "AdpX+wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  dovecot().deliver(
      user, customer_mail(jane, user, "g2@" + user, "AW: [T-1] Drucker",
                          fmt::format("In-Reply-To: <{0}>\r\nReferences: <g1@{1}> <{0}>\r\nThread-Topic: Drucker\r\n"
                                      "Thread-Index: {2}\r\n",
                                      ack["message_id"].get<std::string>(), user, longer)));
  home.once();
  for (const char* text : {"one", "two"}) {
    support::write_text(home.path() / "reply.txt", text);
    CHECK(home.run({"reply", "T-1", "--text-file", "reply.txt"}).exit_code == 0);
    home.once();
  }
  CHECK(home.count("SELECT count(*) FROM ticket_v1") == 1);
  const auto sent = sent_to(jane);
  REQUIRE(sent.size() == 3);
  const json customers = {{"message_id", "g2@" + user}, {"subject", "AW: [T-1] Drucker"}};
  for (std::size_t i : {1, 2}) {
    const json reply = read_back(sent[i].data);
    CHECK(gmail_joins(reply, customers));
    CHECK(gmail_joins(reply, ack));
    CHECK(outlook_joins(reply, "Drucker", index));
    CHECK(reply["subject"] == "Re: [T-1] Drucker");  // the number once
  }
}

TEST_CASE("ended in the middle of sending: the next run sends the rest, nothing twice") {
  const auto user = new_user();
  const std::string jane = "m-" + user;
  const Home home = sending_home(user, "outbound: {uncertain_wait: 0s}\n");
  dovecot().deliver(user, customer_mail(jane, user, "m1@" + user, "many"));
  home.once();
  constexpr int kMany = 12;
  for (int i = 0; i < kMany; ++i) {
    support::write_text(home.path() / "reply.txt", fmt::format("reply number {}.\n", i));
    REQUIRE(home.run({"reply", "T-1", "--text-file", "reply.txt", "--no-quote"}).exit_code == 0);
  }
  answers_office().behave(R"({"delay_ms": 150})");
  {
    support::ProcessOptions options;
    options.folder = home.path();
    const support::Child once({POLLER_BINARY, "--once"}, home.path() / "once.log", options);
    CHECK(eventually([&] { return sent_to(jane).size() >= 3; }));
    once.signal(SIGKILL);
  }
  // What the service had whole when the connection ended it takes over, a moment later: uncertain_wait is there for
  // that.
  std::this_thread::sleep_for(std::chrono::seconds(2));
  answers_office().behave("{}");
  // The service saves what it sends: whatever was in hand is found there.
  std::set<std::string> saved;
  for (int i = 0; i < 3; ++i) {
    for (const auto& mail : sent_to(jane)) {
      if (saved.insert(read_back(mail.data)["message_id"]).second)
        dovecot().deliver(user, mail.data, "Sent Items", "S");
    }
    home.run({"--once"});
  }
  CHECK(still_to_send(home).empty());
  std::set<std::string> texts;
  for (const auto& mail : sent_to(jane)) texts.insert(read_back(mail.data)["text"]);
  CHECK(sent_to(jane).size() == kMany);
  CHECK(texts.size() == kMany);
}
